from collections.abc import Callable, Mapping

import pytest

from archivepolicy.errors import ExcludedError, NoCaptureError, NotReplayableError, UnusableCaptureError
from archivepolicy.records import Answer, Capture, Kind, Listing, Relation, Select
from archivepolicy.resolution import Assessment, Question, Reading, search, site_of, site_verdict
from archivepolicy.resolution.search import MAX_READS
from archivepolicy.timestamps import parse_period

HOME = "http://a.example/privacy"
NEW = "http://a.example/legal/privacy"


def capture(timestamp: str, *, url: str = HOME, status: int | None = 200, digest: str | None = None) -> Capture:
    return Capture(url=url, timestamp=timestamp, status=status, digest=digest or timestamp, archive="here")


def site_assessment(url: str) -> Assessment:
    site = site_of(HOME, url, title="", text="")
    return Assessment(verdict=site_verdict(site), site=site)


class Web:
    """An archive of plain records: what each URL's listing holds, where redirects lead, what is unusable."""

    def __init__(
        self,
        *captures: Capture,
        locations: Mapping[str, str] | None = None,
        unusable: Mapping[str, str] | None = None,
        broken: tuple[str, ...] = (),
        excluded: tuple[str, ...] = (),
    ) -> None:
        self.captures, self.locations, self.unusable, self.broken = captures, locations or {}, unusable or {}, broken
        self.excluded = excluded
        self.read_times: list[str] = []
        self.listed: list[str] = []

    def list_captures(self, url: str) -> Listing:
        self.listed.append(url)
        if url in self.excluded:
            raise ExcludedError("excluded", url=url)
        key = url.replace("https://", "http://")
        rows = tuple(one for one in self.captures if one.url.replace("https://", "http://") == key)
        return Listing(url=url, captures=tuple(sorted(rows, key=lambda one: one.timestamp)), retrieved_at=None)

    def read(self, one: Capture) -> Reading[str]:
        self.read_times.append(one.timestamp)
        if one.timestamp in self.broken:
            raise NotReplayableError("the replay gives nothing", url=one.url)
        if one.is_redirect:
            return Reading(location=self.locations[one.timestamp])
        if one.timestamp in self.unusable:
            return Reading(reason=self.unusable[one.timestamp])
        return Reading(value=f"text of {one.timestamp}")

    def ask(
        self,
        date: str,
        select: Select = Select.AS_OF,
        *,
        accept: frozenset[Kind] = frozenset(),
        assess: Callable[[str], Assessment] = lambda _: Assessment(),
    ) -> Answer:
        question = Question(url=HOME, period=parse_period(date), select=select, archive="here", accept=accept)
        value, answer = search(question, list_captures=self.list_captures, read=self.read, assess=assess)
        assert value == f"text of {answer.capture.timestamp}"
        return answer


def test_one_read_where_the_first_choice_is_usable() -> None:
    web = Web(capture("20120101000000"), capture("20130101000000"), capture("20140101000000"))
    answer = web.ask("2013")
    assert answer.capture.timestamp == "20130101000000"
    assert (web.read_times, len(web.listed), answer.skipped) == (["20130101000000"], 1, ())


def test_errors_are_passed_over_unread_and_unusable_pages_read_once_each() -> None:
    web = Web(
        capture("20120101000000"),
        capture("20130101000000", digest="PARKED"),
        capture("20130201000000", digest="PARKED"),
        capture("20130301000000", status=404),
        unusable={"20130201000000": "parked"},
    )
    answer = web.ask("2013")
    assert answer.capture.timestamp == "20120101000000"
    assert web.read_times == ["20130201000000", "20120101000000"]
    assert [one.reason for one in answer.skipped] == [
        "the page answered 404",
        "parked",
        "the same bytes as the unusable capture of 2013-02-01T00:00:00Z",
    ]
    assert answer.neighbours.other_after is None


def test_what_the_index_lists_and_the_replay_does_not_give_falls_to_the_next() -> None:
    web = Web(capture("20120101000000"), capture("20130101000000"), broken=("20130101000000",))
    answer = web.ask("2013")
    assert answer.capture.timestamp == "20120101000000"
    assert answer.skipped[0].reason == "the replay gives nothing"


def test_a_redirect_is_followed_to_the_last_capture_of_its_target() -> None:
    web = Web(
        capture("20140101000000"),
        capture("20150101000000", status=301),
        capture("20150101000005", url=NEW),
        capture("20150601000000", url=NEW),
        capture("20160601000000", url=NEW),
        locations={"20150101000000": NEW},
    )
    answer = web.ask("2015")
    assert (answer.capture.url, answer.capture.timestamp) == (NEW, "20150601000000")
    assert [hop.location for hop in answer.hops] == [NEW]
    assert answer.neighbours.count == 3
    assert answer.skipped == ()


def test_a_target_older_than_the_redirect_competes_by_its_date() -> None:
    redirect = capture("20150101000000", status=301)
    older_target = capture("20130101000000", url=NEW)
    locations = {"20150101000000": NEW}
    own_wins = Web(capture("20140101000000"), redirect, older_target, locations=locations).ask("2015")
    assert (own_wins.capture.url, own_wins.hops) == (HOME, ())
    target_wins = Web(capture("20120101000000"), redirect, older_target, locations=locations).ask("2015")
    assert target_wins.capture.url == NEW
    assert len(target_wins.hops) == 1


def test_a_redirect_to_nowhere_falls_back_and_says_so() -> None:
    redirect = capture("20150101000000", status=302)
    for location, said in (
        (NEW, "which the archive does not hold"),
        ("http://a.example/", "redirected to the homepage"),
        ("mailto:x@a.example", "not a web address"),
    ):
        answer = Web(capture("20140101000000"), redirect, locations={"20150101000000": location}).ask("2015")
        assert answer.capture.timestamp == "20140101000000"
        assert said in answer.skipped[0].reason


def test_an_excluded_target_falls_back() -> None:
    redirect = capture("20150101000000", status=302)
    web = Web(capture("20140101000000"), redirect, locations={"20150101000000": NEW}, excluded=(NEW,))
    assert web.ask("2015").capture.timestamp == "20140101000000"


def test_redirects_in_a_circle_end() -> None:
    web = Web(
        capture("20150101000000", status=301),
        capture("20150101000001", url=NEW, status=301),
        locations={"20150101000000": NEW, "20150101000001": HOME},
    )
    with pytest.raises(UnusableCaptureError, match="redirected to"):
        web.ask("2015")
    assert len(web.read_times) == 2


def test_a_redirect_to_its_own_https_form_needs_no_second_listing() -> None:
    web = Web(
        capture("20150101000000", status=301),
        capture("20150101000002", url=HOME.replace("http:", "https:")),
        locations={"20150101000000": HOME.replace("http:", "https:")},
    )
    answer = web.ask("20150101000000")
    assert answer.capture.timestamp == "20150101000002"
    assert answer.distance_s == 2
    assert any("after the date asked for" in note for note in answer.notes)
    assert len(web.listed) == 1


def test_many_equal_redirects_that_lead_nowhere_are_not_all_asked_for() -> None:
    redirects = [capture(f"2015{month:02d}01000000", status=301, digest="EMPTY") for month in range(1, 13)]
    web = Web(capture("20140101000000"), *redirects, locations={one.timestamp: NEW for one in redirects})
    assert web.ask("2015").capture.timestamp == "20140101000000"
    assert len(web.read_times) == 3


def test_it_gives_up_after_so_many_unusable_pages() -> None:
    rows = [capture(f"2015{month:02d}{day:02d}000000") for month in range(1, 13) for day in (1, 2)]
    web = Web(*rows, unusable={one.timestamp: "parked" for one in rows})
    with pytest.raises(UnusableCaptureError, match="parked.*and 9 more; the search ended after 12 pages"):
        web.ask("2015")
    assert len(web.read_times) == MAX_READS


def test_another_site_s_text_is_labelled() -> None:
    web = Web(
        capture("20150101000000", status=301),
        capture("20150101000002", url="http://b.example/privacy"),
        locations={"20150101000000": "http://b.example/privacy"},
    )
    answer = web.ask("2015", assess=lambda _: site_assessment("http://b.example/privacy"))
    assert any("another site" in note and "b.example" in note for note in answer.notes)
    assert answer.site is not None
    assert answer.site.relation is Relation.SUCCESSOR
    assert answer.verdict.is_usable
    assert answer.successor_url == "http://b.example/privacy"


def test_an_unrelated_site_s_text_is_passed_over_unless_it_is_accepted() -> None:
    web = Web(
        capture("20140101000000"),
        capture("20150101000000", status=301),
        capture("20150101000002", url="http://b.example/shop"),
        locations={"20150101000000": "http://b.example/shop"},
    )
    assessments = {"text of 20150101000002": site_assessment("http://b.example/shop")}
    answer = web.ask("2015", assess=lambda text: assessments.get(text, Assessment()))
    assert answer.capture.timestamp == "20140101000000"
    assert answer.successor_url is None
    (skipped,) = [one for one in answer.skipped if one.kind]
    assert (skipped.kind, skipped.capture.timestamp) == (Kind.OTHER_SITE, "20150101000002")
    assert "unrelated: b.example" in skipped.reason
    taken = web.ask("2015", accept=frozenset({Kind.OTHER_SITE}), assess=lambda text: assessments[text])
    assert taken.capture.timestamp == "20150101000002"
    assert taken.verdict.kind is Kind.OTHER_SITE
    assert any("accepted as asked" in note for note in taken.notes)


def test_an_accepted_error_is_read() -> None:
    web = Web(capture("20140101000000"), capture("20150101000000", status=404))
    assert web.ask("2015").capture.timestamp == "20140101000000"
    assert web.ask("2015", accept=frozenset({Kind.ERROR})).capture.timestamp == "20150101000000"


def test_where_the_url_leads_is_offered_when_nothing_answers() -> None:
    web = Web(capture("20150101000000", status=301), locations={"20150101000000": NEW})
    with pytest.raises(
        UnusableCaptureError, match="archived redirects lead to http://a.example/legal/privacy"
    ) as caught:
        web.ask("2015")
    assert caught.value.successor_url == NEW


@pytest.mark.parametrize(
    ("asked", "url", "text", "relation"),
    [
        ("http://www.a-hosting.example/privacy", "https://a-hosting.example/x", "", Relation.SAME),
        ("http://shop.a-hosting.example/", "https://www.a-hosting.example/x", "", Relation.SAME),
        ("http://gardens.co.uk/privacy", "http://gardens.com/", "", Relation.SIBLING),
        ("http://gardensforum.com/privacy", "http://gardens.net/", "", Relation.SIBLING),
        ("http://art.com/privacy", "http://party.net/x", "", Relation.UNRELATED),
        ("http://smallhost.net/privacy", "http://bighost.com/about", "SmallHost is ours now.", Relation.SUCCESSOR),
        ("http://smallhost.net/privacy", "http://bigbrand.com/legal/privacy-notice", "", Relation.SUCCESSOR),
        ("http://smallhost.net/privacy", "http://bigbrand.com/welcome", "", Relation.UNRELATED),
        ("http://somebody.blogspot.com/privacy", "http://www.blogger.com/privacy", "", Relation.PLATFORM),
        ("http://somebody.blogspot.com/p", "http://other.blogspot.com/p/privacy.html", "", Relation.SUCCESSOR),
        ("http://somefans.net/privacy", "http://www.amazon.co.uk/privacy", "", Relation.PLATFORM),
        ("http://smallhost.net/privacy", "http://www.hugedomains.com/privacy", "", Relation.PLATFORM),
        ("http://www.youtube.com/t/privacy", "http://www.google.com/policies/privacy/", "", Relation.SUCCESSOR),
        ("http://192.0.2.1/privacy", "http://192.0.2.2/x", "", Relation.UNRELATED),
    ],
)
def test_how_two_sites_are_related(asked: str, url: str, text: str, relation: Relation) -> None:
    site = site_of(asked, url, title="", text=text)
    assert site.relation is relation
    assert bool(site.reason) == (relation is not Relation.SAME)
    assert site_verdict(site).is_usable == (relation not in (Relation.PLATFORM, Relation.UNRELATED))


@pytest.mark.parametrize(("select", "words"), [(Select.AS_OF, "at or before 2011"), (Select.BEFORE, "before 2011")])
def test_nothing_before_the_date_names_the_first_capture(select: Select, words: str) -> None:
    with pytest.raises(NoCaptureError, match=f"{words}.*first is of 2012") as caught:
        Web(capture("20120101000000")).ask("2011", select)
    assert (caught.value.first_timestamp, caught.value.url) == ("20120101000000", HOME)


def test_nothing_at_all() -> None:
    with pytest.raises(NoCaptureError, match="here holds no capture of http://a.example/privacy"):
        Web().ask("2015")
