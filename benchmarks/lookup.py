"""How long it takes to find the capture as of a date in an index of a million captures.

    python benchmarks/lookup.py [--captures 1000000] [--lookups 20000]

Three indexes are filled with made-up captures and asked at random moments:

- `kept index`: the index of local WARC files, all captures of 10,000 URLs; the last one of a URL at or before a moment;
- `kept index, one URL`: the same where all are of one URL;
- `catalogue, opened for each`: the store's catalogue of products; whether the product of a capture is there.

Milliseconds a lookup, median and 99th percentile, with what is done around the query (the records made of rows, the
database opened where each call opens it, as the catalogue does). Exit code 1 where the kept index's median is not below
0.1 ms.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives import warc_index
from archivepolicy.archives.warc_files import WarcFile
from archivepolicy.records import Capture
from archivepolicy.store.catalogue import Catalogue
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_MS = 0.1
FIRST = "20000101000000"


def moments(generator: random.Random, count: int) -> Iterator[str]:
    """Random timestamps of 26 years."""
    for _ in range(count):
        days, seconds = divmod(generator.randrange(26 * 12 * 28 * 86400), 86400)
        months, day = divmod(days, 28)
        hour, rest = divmod(seconds, 3600)
        yield f"{2000 + months // 12}{months % 12 + 1:02d}{day + 1:02d}{hour:02d}{rest // 60:02d}{rest % 60:02d}"


def url_of(number: int) -> str:
    """A made-up URL."""
    return f"http://site{number}.example/privacy"


def filled_index(folder: Path, generator: random.Random, *, captures: int, urls: int) -> warc_index.WarcIndex:
    """The index of one file, with rows that no file was read for."""
    path = folder / "empty.warc"
    path.write_bytes(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    index = warc_index.WarcIndex(path, [WarcFile(path=path)], folder / "cache")
    database = index._opened()
    keys = [index_key(url_of(number)) for number in range(urls)]
    stamps = moments(generator, captures)
    rows = (
        (1, at, 100, keys[at % urls], stamp, url_of(at % urls), 200, "text/html", "A" * 32, 100, 0, 1, None, None)
        for at, stamp in enumerate(stamps)
    )
    with database:
        database.execute("BEGIN")
        database.executemany(warc_index._INSERT, rows)
    return index


def filled_catalogue(folder: Path, generator: random.Random, *, captures: int) -> tuple[Catalogue, list[Capture]]:
    """A catalogue with rows that no file stands for, and some of its captures."""
    root = folder / "store"
    catalogue = Catalogue(root / ".archivepolicy" / "catalogue.sqlite", root)
    catalogue.find("x", Capture(url=url_of(0), timestamp=FIRST, archive="x"))
    database = sqlite3.connect(root / ".archivepolicy" / "catalogue.sqlite")
    known = [Capture(url=url_of(at % 10_000), timestamp=stamp, digest="A" * 32, archive="x")
             for at, stamp in enumerate(moments(generator, captures))]  # fmt: skip
    keys = {url_of(number): index_key(url_of(number)) for number in range(10_000)}
    columns = [row[1] for row in database.execute("PRAGMA table_info(snapshots)")]
    values = {"path": "", "archive_key": "x", "digest": "A" * 32, "section": "", "sha256": "0" * 64}
    with database:
        database.executemany(
            f"INSERT INTO snapshots VALUES ({', '.join('?' * len(columns))})",  # noqa: S608 - question marks
            (
                tuple({**values, "path": str(at), "index_key": keys[one.url], "url": one.url,
                       "timestamp": one.timestamp}.get(column, "") for column in columns)
                for at, one in enumerate(known)
            ),
        )  # fmt: skip
    database.close()
    return catalogue, generator.sample(known, 1000)


def measured(name: str, asks: list[Callable[[], object]]) -> float:
    """Time each call, print a row, and give the median in milliseconds."""
    times = []
    for ask in asks:
        start_ns = time.perf_counter_ns()
        found = ask()
        times.append((time.perf_counter_ns() - start_ns) / 1e6)
        if found is None:
            raise SystemExit(f"{name}: a capture that is there was not found")
    cut = statistics.quantiles(times, n=100)
    print(f"| {name} | {statistics.median(times):.4f} | {cut[98]:.4f} |", flush=True)
    return statistics.median(times)


def main() -> int:
    """Fill, measure and print a table; exit code 1 where a lookup takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=20_000)
    args = parser.parse_args()
    generator = random.Random(4)  # noqa: S311 - not for secrets
    print("| index | ms median | ms 99th percentile |\n|---|---|---|")
    medians = []
    for name, urls in (("kept index", min(10_000, args.captures)), ("kept index, one URL", 1)):
        with tempfile.TemporaryDirectory() as folder:
            index = filled_index(Path(folder), generator, captures=args.captures, urls=urls)
            asked = [(index_key(url_of(generator.randrange(urls))), stamp)
                     for stamp in (f"2026{number % 9 + 1:02d}01000000" if urls > 1 else stamp
                                   for number, stamp in enumerate(moments(generator, args.lookups)))]  # fmt: skip
            medians.append(measured(name, [lambda one=one: index.last_at(*one) for one in asked]))  # noqa: B023
            index.close()
    with tempfile.TemporaryDirectory() as folder:
        catalogue, known = filled_catalogue(Path(folder), generator, captures=args.captures)
        measured("catalogue, opened for each", [lambda one=one: catalogue.find("x", one) for one in known])
    return int(max(medians) >= MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
