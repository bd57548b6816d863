"""How fast local WARC files are indexed and read, beside warcio's own reading, in one run.

    python benchmarks/warc_reading.py FILE_OR_FOLDER [--runs 5]

Four jobs on the same files, in turn, each verifying digests:

- `warcio`: iterate over all records with `check_digests="raise"`, read every payload;
- `index`: build our index from nothing (every body is read and checked against its digest);
- `read`: with the index there, list every URL and replay every capture (payload, headers, digest verdict);
- `open`: open the archive with its index kept, and list one URL.

Seconds of processor time, median and least, and the speed in times warcio's. Exit code 1 where `index` or `read` is below
0.8 of it, or where not every digest that warcio accepts matches.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

from archivepolicy.archives.warc import WarcArchive
from archivepolicy.archives.warc_files import warc_files

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST = 0.8


def read_by_warcio(root: Path) -> int:
    """Read every payload with warcio; how many records there were."""
    count = 0
    for file in warc_files(root):
        with file.open() as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.raw_stream.read()
                count += 1
    return count


def read_by_index(archive: WarcArchive, urls: set[str]) -> Counter[str]:
    """List every URL and replay every capture; how often each digest verdict came."""
    verdicts: Counter[str] = Counter()
    seen = set()
    for url in urls:
        for capture in archive.listing(url).captures:
            if capture not in seen:
                seen.add(capture)
                verdicts[archive.replay(capture).digest_verdict] += 1
    return verdicts


def urls_of(root: Path) -> set[str]:
    """Every URL that the files hold."""
    urls = set()
    for file in warc_files(root):
        with file.open() as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type in ("response", "revisit"):
                    urls.add(record.rec_headers.get_header("WARC-Target-URI"))
    return urls


def timed(job: Callable[[], object]) -> float:
    """Processor time of a job."""
    start_s = time.process_time()
    job()
    return time.process_time() - start_s


def main() -> int:
    """Measure and print a table; exit code 1 where we are too slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    urls = urls_of(args.root)
    times: dict[str, list[float]] = {"warcio": [], "index": [], "read": [], "open": []}
    verdicts: Counter[str] = Counter()
    for _ in range(args.runs):
        with tempfile.TemporaryDirectory() as cache:
            times["warcio"].append(timed(lambda: read_by_warcio(args.root)))
            archive = WarcArchive(args.root, cache=Path(cache))
            times["index"].append(timed(lambda: archive.listing("http://nothing.example/")))  # noqa: B023 - called at once
            times["read"].append(timed(lambda: verdicts.update(read_by_index(archive, urls))))  # noqa: B023
            times["open"].append(timed(lambda: WarcArchive(args.root, cache=Path(cache)).listing(min(urls))))
    size_mb = sum(path.stat().st_size for path in {file.path for file in warc_files(args.root)}) / 1e6
    print(
        f"{size_mb:.1f} MB, {len(urls)} URLs, {sum(verdicts.values()) // args.runs} captures, digests: {dict(verdicts)}"
    )
    print("| job | s median | s least | speed, times warcio |\n|---|---|---|---|")
    base = statistics.median(times["warcio"])
    for job, values in times.items():
        median = statistics.median(values)
        print(f"| {job} | {median:.3f} | {min(values):.3f} | {base / median:.2f} |")
    slow = [job for job in ("index", "read") if base / statistics.median(times[job]) < LEAST]
    return int(bool(slow) or set(verdicts) != {"match"})


if __name__ == "__main__":
    sys.exit(main())
