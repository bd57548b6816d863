"""A diff of texts, snapshots and versions: the same text gives the same changes, and the sides say which captures they are."""

from pathlib import Path

import archivepolicy as ap

POLICY = "www.fernhollow.example/privacy.php"


def test_snapshots_versions_and_texts_give_the_same_changes(demo_warc: Path) -> None:
    old = ap.get(POLICY, as_of="2013", archive=demo_warc)
    new = ap.get(POLICY, as_of="2018-06", archive=demo_warc)
    by_snapshot = ap.diff(old, new)
    by_text = ap.diff(old.document.text, new.document.text, old_label="a", new_label="b")
    assert by_snapshot.changes == by_text.changes != ()
    assert by_snapshot.apply(old.document.text) == new.document.text
    assert (by_snapshot.old.timestamp, by_snapshot.new.timestamp) == ("20131102194710", "20180525091133")
    assert (by_text.old.label, by_text.old.timestamp) == ("a", None)


def test_versions_of_a_history_stand_for_the_capture_in_which_they_were_first_seen(demo_warc: Path) -> None:
    first, second = ap.history(POLICY, archive=demo_warc).versions[:2]
    diff = ap.diff(first, second)
    assert (diff.old.timestamp, diff.new.timestamp) == (first.first_seen, second.first_seen)
    assert diff.apply(first.document.text) == second.document.text
    assert diff.old.stated_dates == first.stated_dates
