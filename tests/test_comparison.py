"""diff over snapshots: what stands on both sides, and the façade."""

from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.records import Cls

URL = "www.fernhollow.example/privacy.php"


@pytest.fixture(scope="module")
def snapshots(demo_warc: Path) -> tuple[ap.Snapshot, ap.Snapshot]:
    return (
        ap.get(URL, as_of="2013-12-31", archive=demo_warc),
        ap.get(URL, as_of="2018-06-30", archive=demo_warc),
    )


def test_snapshots_are_compared_below_their_headers(snapshots: tuple[ap.Snapshot, ap.Snapshot]) -> None:
    old, new = snapshots
    diff = ap.diff(old, new)
    assert diff.apply(old.document.text) == new.document.text
    assert (diff.old.timestamp, diff.new.timestamp) == (old.capture.timestamp, new.capture.timestamp)
    assert (diff.old.memento_url, diff.old.url) == (old.memento_url, old.capture.url)
    assert diff.old.extractor_version == old.provenance["extractor_version"]
    assert diff.old.stated_dates == old.document.stated_dates
    assert diff.dates_changed == (old.document.stated_dates != new.document.stated_dates)
    assert diff.is_substantive
    assert not any("archived on" in (change.old or "") for change in diff.changes)


def test_labels_are_the_callers(snapshots: tuple[ap.Snapshot, ap.Snapshot]) -> None:
    old, new = snapshots
    assert ap.diff(old, new).old.label == "2013-11-02T19:47:10Z"
    assert ap.diff(old, new, old_label="before").old.label == "before"
    assert ap.diff("a", "b", new_label="b.md").new.label == "b.md"


def test_dates_of_plain_texts_are_read() -> None:
    diff = ap.diff("Last updated: 3 March 2020\n", "Last updated: 4 March 2020\n")
    assert diff.cls is Cls.DATE
    assert diff.dates_changed
    assert [stated.date for stated in (*diff.old.stated_dates, *diff.new.stated_dates)] == ["2020-03-03", "2020-03-04"]
