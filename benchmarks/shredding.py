"""Count islands of one or two equal words between two edits: the shreds that nobody can read.

    python benchmarks/shredding.py [--data pairs.jsonl.gz] [--max-islands 500]

Both texts of a pair are read through from start to end. An island is a run of one or two equal words with a changed word
directly before and after it. For comparison the same is counted on a flat longest common subsequence of the words (rapidfuzz).
The time of both stands beside it: diff() against the flat comparison, tokenising included, in this one run.

Exit code 1: more islands than wanted. 2: no data.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import LCSseq

import archivepolicy as ap
from archivepolicy.comparison.blocks import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DATA = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "versions" / "pairs.jsonl.gz"
ISLAND_WORDS = 2
COSMETIC = (None, ap.Cls.FORMAT, ap.Cls.TYPOGRAPHY, ap.Cls.LINK)


def runs(diff: ap.Diff) -> Iterator[tuple[bool, int]]:
    """Whether a run is equal, and its words, in reading order; a difference of marks alone counts as equal."""
    for segment in diff.segments:
        if segment.change is None:
            yield True, len(segment.new.split())
            continue
        change = diff.changes[segment.change]
        if change.op in (ap.Op.INSERT, ap.Op.DELETE, ap.Op.MOVE):
            yield False, 1
            continue
        for span in change.spans:
            yield span.cls in COSMETIC, len(span.new.split())


def islands(found: Iterable[tuple[bool, int]]) -> int:
    """Equal runs of one or two words between two edits."""
    count = equal = 0
    has_edit = False
    for is_equal, words in found:
        if is_equal:
            equal += words
        else:
            count += has_edit and 0 < equal <= ISLAND_WORDS
            has_edit, equal = True, 0
    return count


def flat_runs(old: str, new: str) -> Iterator[tuple[bool, int]]:
    """The same of a flat comparison of all words."""
    ids: dict[str, int] = {}
    sides = [[ids.setdefault(word, len(ids)) for word in text.split()] for text in (old, new)]
    for op in LCSseq.opcodes(*sides):
        yield op.tag == "equal", op.src_end - op.src_start


def main() -> int:
    """Print the counts; the exit code is the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="pairs file of the shared corpus")
    parser.add_argument("--max-islands", type=int)
    args = parser.parse_args()
    if not args.data.is_file():
        print(f"no pairs at {args.data}", file=sys.stderr)
        return 2
    ours = flat = pairs = 0
    ours_s = flat_s = 0.0
    with gzip.open(args.data, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            content_of.cache_clear()
            start_s = time.perf_counter()
            diff = ap.diff(row["old"], row["new"])
            middle_s = time.perf_counter()
            flat += islands(flat_runs(row["old"], row["new"]))
            flat_s += time.perf_counter() - middle_s
            ours_s += middle_s - start_s
            ours += islands(runs(diff))
            pairs += 1
    print(f"{pairs} pairs: {ours} islands, {flat} in a flat comparison")
    print(f"{ours_s:.1f} s, flat {flat_s:.1f} s: {ours_s / flat_s:.1f} times")
    return int(args.max_islands is not None and ours > args.max_islands)


if __name__ == "__main__":
    sys.exit(main())
