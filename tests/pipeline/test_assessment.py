"""What captures are worth, over a whole archive: whose text it is, what stands in a policy's place, and what is said of it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archivepolicy as ap
from archivepolicy.records import Relation
from archivepolicy.rendering.answer import answer_as_text

ASKED = "http://smallhost.net/privacy"
TEXT = (
    "We collect the personal information that you give us and share it with third parties only with your consent. We use "
    "it to run the service, and we do not sell it. You may ask us to delete it at any time, as applicable law provides. "
)
POLICY = f"<title>Privacy Policy</title><h1>Privacy Policy</h1><p>{TEXT * 3}</p>"
SALE = "<title>smallhost.net</title><p>This domain is for sale. Related searches: hosting, cheap hosting, cars.</p>"
NEWS = (
    f"<title>Noodles</title><h1>Noodles</h1><p>{'The dough is cut and left to dry on a cloth for the night. ' * 30}</p>"
)


def page(html: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/html; charset=utf-8", **headers}, html.encode()


def moved(location: str) -> tuple[int, dict[str, str], bytes]:
    return 301, {"Location": location, "Content-Type": "text/html"}, b""


def archive(
    folder: Path, *captures: tuple[str, str, tuple[int, dict[str, str], bytes]], digest: str | None = None
) -> Path:
    """Write a WARC of some captures: original URL, 14 digits, answer."""
    file = folder / "made.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, when, (status, headers, body) in captures:
            http = StatusAndHeaders(f"{status} X", list(headers.items()), protocol="HTTP/1.1")
            date = f"{when[:4]}-{when[4:6]}-{when[6:8]}T{when[8:10]}:{when[10:12]}:{when[12:]}Z"
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": date, **({"WARC-Payload-Digest": digest} if digest else {})},
            )
            writer.write_record(record)
    return file


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archivepolicy", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("target", "html", "relation"),
    [
        ("http://www.smallhost.net/legal/", POLICY, Relation.SAME),
        ("http://smallhost.org/whatever", POLICY, Relation.SIBLING),
        ("http://bigbrand.com/legal/privacy", POLICY, Relation.SUCCESSOR),
        ("http://bigbrand.com/x", POLICY.replace("We use", "SmallHost is ours. We use"), Relation.SUCCESSOR),
        ("http://bigbrand.com/x", POLICY, Relation.UNRELATED),
        ("http://www.wordpress.com/privacy", POLICY, Relation.PLATFORM),
        ("http://www.hugedomains.com/privacy", POLICY, Relation.PLATFORM),
    ],
)
def test_no_other_site_s_text_goes_unlabelled(target: str, html: str, relation: Relation, tmp_path: Path) -> None:
    warc = archive(tmp_path, (ASKED, "20150101000000", moved(target)), (target, "20150101000002", page(html)))
    taken = ap.get(ASKED, as_of="2015", archive=warc, accept="any")
    assert taken.answer is not None
    assert taken.answer.site is not None
    assert taken.answer.site.relation is relation
    host = target.split("/")[2].removeprefix("www.")
    assert f"from the {host} privacy policy" in taken.markdown  # the attribution names who wrote it
    assert any("another site" in note for note in taken.warnings) == (relation is not Relation.SAME)
    if relation in (Relation.UNRELATED, Relation.PLATFORM):
        with pytest.raises(ap.UnusableCaptureError, match=f"other site .{relation}") as caught:
            ap.get(ASKED, as_of="2015", archive=warc)
        assert caught.value.successor_url is None  # what is no policy of it is no address to ask for
    else:
        assert ap.get(ASKED, as_of="2015", archive=warc).answer == taken.answer
        assert taken.answer.successor_url == target


# the challenge of 2015-02 has the same bytes as the policy of 2014: its headers alone tell the two apart
def test_what_is_passed_over_is_named_with_its_kind(tmp_path: Path) -> None:
    warc = archive(
        tmp_path,
        (ASKED, "20140101000000", page(POLICY)),
        (ASKED, "20150101000000", page(SALE)),
        (ASKED, "20150201000000", page(POLICY, **{"x-amzn-waf-action": "challenge"})),
        (ASKED, "20150301000000", page(NEWS)),
        (ASKED, "20150401000000", (404, {"Content-Type": "text/html"}, b"<title>404</title><p>Not found</p>")),
    )
    done = run("get", ASKED, "--as-of", "2015", "--archive", warc, "--no-store", "--json")
    answer = json.loads(done.stdout)["answer"]
    assert answer["captured"] == "20140101000000"
    assert answer["verdict"] == {"kind": "ok", "reasons": []}
    assert [(one["timestamp"][:6], one["kind"]) for one in answer["passed_over"]] == [
        ("201504", None), ("201503", "not-policy"), ("201502", "challenge"), ("201501", "parked"),
    ]  # fmt: skip
    for kind, when in (
        ("parked", "20150101"),
        ("challenge", "20150201"),
        ("not-policy", "20150301"),
        ("error", "20150401"),
    ):
        taken = ap.get(ASKED, as_of="2015", archive=warc, accept=[kind])
        assert taken.answer is not None
        said = answer_as_text(taken, taken.answer, None)
        assert f"Captured     {when[:4]}-{when[4:6]}-{when[6:]}" in said
        assert f"Verdict      {taken.answer.verdict.in_words}\n" in said
        assert "accepted as asked" in said
    wrong = run("get", ASKED, "--archive", warc, "--accept", "nonsense")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_an_accepted_page_that_was_kept_is_no_answer_to_one_who_does_not_accept_it(tmp_path: Path) -> None:
    warc = archive(tmp_path, (ASKED, "20140101000000", page(POLICY)), (ASKED, "20150101000000", page(SALE)))
    settings = {"as_of": "2015", "archive": warc, "store": tmp_path / "store"}
    assert ap.get(ASKED, **settings, accept=["parked"]).capture.timestamp == "20150101000000"
    assert ap.get(ASKED, **settings).capture.timestamp == "20140101000000"
    assert ap.get(ASKED, **settings, accept=["any"]).capture.timestamp == "20150101000000"


def test_where_a_policy_moved_to_is_offered_in_one_line(tmp_path: Path) -> None:
    new = "http://bigbrand.com/legal/privacy"
    warc = archive(tmp_path, (ASKED, "20150101000000", moved(new)), (new, "20150101000002", page(POLICY)))
    done = run("get", ASKED, "--as-of", "2015", "--archive", warc, "--no-store")
    assert f"Moved to     {new} (archived redirects lead there: ask for it from then on)\n" in done.stderr
    values = json.loads(run("get", ASKED, "--as-of", "2015", "--archive", warc, "--no-store", "--json").stdout)
    assert values["answer"]["successor_url"] == new
    assert values["answer"]["site"]["relation"] == "successor"
    gone = archive(tmp_path, (ASKED, "20150101000000", moved(new)))
    failed = run("get", ASKED, "--as-of", "2015", "--archive", gone, "--no-store")
    assert (failed.returncode, failed.stderr.count("\n")) == (5, 1)
    assert f"archived redirects lead to {new}" in failed.stderr


def test_a_digest_that_does_not_match_is_said_and_is_not_fatal(tmp_path: Path) -> None:
    warc = archive(tmp_path, (ASKED, "20150101000000", page(POLICY)), digest="sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    done = run("get", ASKED, "--as-of", "2015", "--archive", warc, "--store", tmp_path / "store")
    assert done.returncode == 0
    assert "Note         The body does not have the digest that the index gives: SHA-1 " in done.stderr
    (provenance,) = (tmp_path / "store").glob("smallhost.net/**/*.json")
    assert json.loads(provenance.read_text(encoding="utf-8"))["payload"]["digest_verdict"] == "mismatch"
    checked = run("verify", "--store", tmp_path / "store")
    assert checked.returncode == 0
    assert checked.stdout.startswith("note  digest mismatch")


def test_the_same_bytes_under_three_names_are_pointed_out(tmp_path: Path) -> None:
    urls = [
        f"http://{name}/privacy" for name in ("one.net", "www.one.net", "two.net", "three.net", "four.net", "five.net")
    ]
    warc = archive(tmp_path, *((url, "20150101000000", page(POLICY)) for url in urls))
    said = [ap.get(url, archive=warc, store=tmp_path / "store").warnings for url in urls]
    assert said[:3] == [(), (), ()]
    assert said[3] == (
        "The same bytes are kept of 2 other sites (one.net, two.net): a parked domain, or one policy for several sites.",
    )
    assert "of 4 other sites (four.net, one.net, three.net, ...): a parked" in said[5][0]
