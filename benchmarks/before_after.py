"""Whether a change made extraction faster: two states of the sources, asked in turn for every page.

    git worktree add ../before COMMIT
    python benchmarks/before_after.py ../before/src src [--data DIR] [--rounds 4]

Each state runs in a process of its own, both on one processor where the system lets them. A page's time is the best of four
in each, one right after the other, so that the machine's moods meet both. The same sources against themselves give ratios
between 0.985 and 1.015: smaller differences say nothing. `--data` is as for page_cost.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, cast

from page_cost import pages

REPEATS = 4


def serve(data: Path | None) -> None:
    """Answer each number of a page with the seconds that its extraction takes."""
    from archivepolicy.extraction.extract import extract

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    of_pages = pages(data)
    for payload, url, kind in of_pages:  # warm: rule files, patterns, caches
        extract(payload, url=url, content_type=kind)
    print(len(of_pages), flush=True)
    for line in sys.stdin:
        payload, url, kind = of_pages[int(line)]
        times_s = []
        for _ in range(REPEATS):
            start_s = time.perf_counter()
            extract(payload, url=url, content_type=kind)
            times_s.append(time.perf_counter() - start_s)
        print(min(times_s), flush=True)


class State:
    """One state of the sources, in its own process."""

    def __init__(self, sources: Path, data: Path | None) -> None:
        process = subprocess.Popen(
            [sys.executable, __file__, "--serve", *(["--data", str(data)] if data else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(sources)},
        )  # fmt: skip
        self._asked, self._answers = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        self.page_count = int(self._answers.readline())

    def seconds(self, page: int) -> float:
        """Time of a page."""
        self._asked.write(f"{page}\n")
        self._asked.flush()
        return float(self._answers.readline())


def main() -> None:
    """Measure and print the ratio of each round and of the best times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path, metavar="SRC", help="two folders that hold the package")
    parser.add_argument("--data", type=Path, help="folder with index.jsonl (default: the demo pages)")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.data)
        return
    if len(args.sources) != 2 or not all((one / "archivepolicy").is_dir() for one in args.sources):
        parser.error("two folders are needed, each with archivepolicy/ in it")
    states = [State(one.resolve(), args.data) for one in args.sources]
    count = states[0].page_count
    best_s = [[float("inf")] * count for _ in states]
    ratios = []
    for round_ in range(args.rounds):
        spent_s = [0.0, 0.0]
        for page in range(count):
            for which in (0, 1) if (page + round_) % 2 else (1, 0):
                time_s = states[which].seconds(page)
                spent_s[which] += time_s
                best_s[which][page] = min(best_s[which][page], time_s)
        ratios.append(spent_s[1] / spent_s[0])
    before, after = (1000 * sum(times) / count for times in best_s)
    print(f"{count} pages, ms each: {before:.3f} before, {after:.3f} after; after takes {after / before:.3f} of before")
    print(f"rounds: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
