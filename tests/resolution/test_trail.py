"""Which captures tell a URL's history, redirects to other pages included."""

from collections.abc import Mapping

from archivepolicy.errors import ExcludedError, NotReplayableError
from archivepolicy.records import Capture, Listing
from archivepolicy.resolution import Reading, Trail, follow_trail

HOME = "http://a.example/privacy"
NEW = "http://a.example/legal/privacy"
THIRD = "http://a.example/third"


def capture(timestamp: str, *, url: str = HOME, status: int | None = 200, digest: str | None = None) -> Capture:
    return Capture(url=url, timestamp=timestamp, status=status, digest=digest or timestamp, archive="here")


class Web:
    """An archive of plain records."""

    def __init__(
        self, *captures: Capture, locations: Mapping[str, str] | None = None, excluded: tuple[str, ...] = ()
    ) -> None:
        self.captures, self.locations, self.excluded = captures, locations or {}, excluded
        self.looks: list[str] = []

    def list_captures(self, url: str) -> Listing:
        if url in self.excluded:
            raise ExcludedError("excluded", url=url)
        key = url.replace("https://", "http://")
        rows = [one for one in self.captures if one.url.replace("https://", "http://") == key]
        return Listing(url=url, captures=tuple(sorted(rows, key=lambda one: one.timestamp)), retrieved_at=None)

    def look(self, one: Capture) -> Reading[object]:
        self.looks.append(one.timestamp)
        location = self.locations.get(one.timestamp)
        if location == "not given":
            raise NotReplayableError("it offers another", url=one.url, offered_url="https://a.example/privacy")
        return Reading(location=location, reason=None if location else "names no target")

    def trail(self, start: str = "", end: str = "9") -> Trail:
        return follow_trail(HOME, start, end, list_captures=self.list_captures, look=self.look)


def times(trail: Trail) -> list[str]:
    return [leaf.capture.timestamp for leaf in trail.leaves]


def test_texts_within_the_window_and_errors_by_their_status() -> None:
    web = Web(
        capture("2010"), capture("2011", status=404), capture("2012"), capture("2013", status=None), capture("2014")
    )
    trail = web.trail("2011", "2013")
    assert times(trail) == ["2012", "2013"]
    assert [(one.capture.timestamp, one.reason) for one in trail.skipped] == [("2011", "the page answered 404")]
    assert web.looks == []


def test_a_redirect_answers_until_the_url_itself_holds_a_text_again() -> None:
    web = Web(
        capture("2010"),
        capture("2012", status=301),
        capture("2014"),
        *(capture(time, url=NEW) for time in ("2011", "2012", "2013", "2015")),
        locations={"2012": NEW},
    )
    trail = web.trail()
    assert times(trail) == ["2010", "2012", "2013", "2014"]
    assert [leaf.hops for leaf in trail.leaves if leaf.capture.url == NEW] == [trail.hops, trail.hops]
    assert [hop.location for hop in trail.hops] == [NEW]
    assert [one.reason for one in trail.skipped] == [f"redirected to {NEW}"]


def test_a_policy_that_moved_for_good_and_moved_again() -> None:
    web = Web(
        capture("2010"),
        capture("2012", status=301),
        capture("2016", status=302),
        *(capture(time, url=NEW) for time in ("2013", "2017")),
        *(capture(time, url=THIRD) for time in ("2013", "2017", "2020")),
        locations={"2012": NEW, "2016": THIRD},
    )
    assert [(leaf.capture.timestamp, leaf.capture.url) for leaf in web.trail().leaves] == [
        ("2010", HOME),
        ("2013", NEW),
        ("2017", THIRD),
        ("2020", THIRD),
    ]
    assert times(web.trail(end="2018")) == ["2010", "2013", "2017"]


def test_a_redirect_to_the_pages_own_https_form_adds_nothing() -> None:
    web = Web(
        capture("2010", status=301),
        capture("2011", url="https://a.example/privacy"),
        locations={"2010": "https://a.example/privacy"},
    )
    trail = web.trail()
    assert (times(trail), trail.hops) == (["2011"], ())
    not_given = Web(capture("2010", status=301), capture("2011"), locations={"2010": "not given"})
    assert [one.reason for one in not_given.trail().skipped] == ["redirected to https://a.example/privacy"]


def test_equal_redirects_are_looked_at_once_and_the_last_ones_once_more() -> None:
    same = [capture(f"20{year}", status=301, digest="empty") for year in (10, 11, 12, 14, 15)]
    web = Web(*same, capture("2013"), capture("2016", url=NEW), locations={"2010": f"{HOME}#x", "2014": NEW})
    assert times(web.trail()) == ["2013", "2016"]
    assert web.looks == ["2010", "2014"]


def test_a_revisit_of_a_redirect_is_a_redirect() -> None:
    web = Web(
        capture("2010", status=301, digest="moved"),
        capture("2011", status=None, digest="moved"),
        locations={"2010": NEW, "2011": NEW},
    )
    assert web.trail().leaves == ()


def test_redirects_that_are_not_followed_are_named_with_the_reason() -> None:
    web = Web(
        *(capture(f"201{year}", status=302) for year in range(6)),
        capture("2015", url=THIRD, status=302),
        locations={
            "2010": "http://a.example/",
            "2011": "http://gone.example/x",
            "2012": "ftp://a.example/x",
            "2013": "http://b.example/x",
            "2015": THIRD,
        },
        excluded=("http://b.example/x",),
    )
    assert [one.reason for one in web.trail().skipped][:5] == [
        "redirected to the homepage http://a.example/",
        "redirected to http://gone.example/x, which the archive does not hold",
        "redirected to ftp://a.example/x: not a web address: 'ftp://a.example/x' (http or https, or none)",
        "redirected to http://b.example/x: excluded",
        "names no target",
    ]


def test_redirects_in_a_circle_end() -> None:
    web = Web(
        capture("2010", status=302),
        capture("2011", url=NEW, status=302),
        capture("2012", url=NEW),
        locations={"2010": NEW, "2011": HOME},
    )
    trail = web.trail()
    assert times(trail) == ["2012"]
    assert trail.skipped[-1].reason == f"redirected in a circle, to {HOME}"


def test_a_redirect_from_before_the_window_still_stands_in_it() -> None:
    rows = [capture("2010"), capture("2012", status=301), capture("2013", status=404)]
    moved = [capture(time, url=NEW) for time in ("2013", "2014", "2015", "2019")]
    web = Web(*rows, *moved, capture("2018"), locations={"2012": NEW})
    trail = web.trail("2014", "2016")
    assert times(trail) == ["2014", "2015"]
    assert (trail.skipped, [hop.capture.timestamp for hop in trail.hops]) == ((), ["2012"])
    assert times(web.trail("2017")) == ["2018"]
