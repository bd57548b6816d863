"""Time and memory of versions and blame on real histories.

    python benchmarks/history.py DIR

DIR holds `*.jsonl.gz`, one version a line: `captured` (ISO 8601), `markdown`. Each history is read in a process of its own.
What is measured, in seconds of processor time, begins with texts in memory, as extraction gives them, and ends with versions,
gaps and the blame of the newest version.
"""

from __future__ import annotations

import gzip
import json
import multiprocessing
import resource
import statistics
import sys
import time
from pathlib import Path

from archivepolicy.comparison.blame import blame_spans
from archivepolicy.comparison.pieces import Reader
from archivepolicy.records import Capture, Document, Kind, Snapshot, TitleSource, Verdict
from archivepolicy.records.version import Sighting
from archivepolicy.versions import in_time, make_gaps, make_versions

REPEATS = 5


def snapshot(timestamp: str, text: str) -> Snapshot:
    """A snapshot with nothing but its text."""
    document = Document(
        title="",
        title_source=TitleSource.NONE,
        page_title="",
        markdown=text,
        language=None,
        encoding="utf-8",
        links=(),
        stated_dates=(),
        removed=(),
        warnings=(),
        kept_share=1.0,
        verdict=Verdict(kind=Kind.POLICY),
    )
    capture = Capture(url="http://history.example/", timestamp=timestamp, archive="benchmark")
    return Snapshot(capture=capture, memento_url=None, document=document, markdown=text, provenance={})


def measured(file: Path) -> tuple[str, ...]:
    """One row of the table."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    snapshots = [snapshot("".join(filter(str.isdigit, row["captured"]))[:14], row["markdown"]) for row in rows]
    del rows
    halves: list[tuple[float, float]] = []
    for _ in range(REPEATS):
        start = time.process_time()
        reader = Reader()
        sightings = [
            Sighting(
                capture=one.capture,
                key=reader.text_key(one.document.text),
                snapshot=one,
                blocks=reader.block_keys(one.document.text),
            )
            for one in snapshots
        ]
        versions = make_versions(sightings)
        make_gaps(versions, ())
        middle = time.process_time()
        ordered = in_time(sightings)
        times = [one.capture.timestamp for one in ordered]
        spans, _ = blame_spans([one.snapshot.document.text for one in ordered], times, len(times) - 1, reader)
        halves.append((middle - start, time.process_time() - middle))
    both = [sum(pair) for pair in halves]
    transients = sum(one.is_transient for one in versions)
    return (
        file.name.removesuffix(".jsonl.gz"),
        str(len(snapshots)),
        f"{statistics.median(len(one.document.text.split()) for one in snapshots):,.0f}",
        f"{len(versions) - transients}, {transients}",
        f"{len(spans):,}",
        f"{statistics.median(pair[0] for pair in halves):.2f}",
        f"{statistics.median(pair[1] for pair in halves):.2f}",
        f"{statistics.median(both):.2f}",
        f"{both[0]:.2f}",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}",
    )


def main() -> None:
    """Print the table."""
    files = sorted(Path(sys.argv[1]).glob("*.jsonl.gz"))
    print(
        "| history | captures | words | versions, transients | paragraphs | versions s | blame s | both s | first run s | MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for row in pool.imap(measured, files, chunksize=1):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
