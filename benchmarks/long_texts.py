"""Compare texts far longer than any policy: processor seconds, memory, and whether the diff says that it was coarse.

    python benchmarks/long_texts.py [--words 200000]

Each shape runs in a process of its own; memory is what the process took at most beyond its start.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time

SHAPES = {
    "other words, paragraphs of 40": ("a", "b", 40, False),
    "other words, one line": ("a", "b", 0, False),
    "other words, one a line": ("a", "b", 1, False),
    "the same words shuffled, paragraphs of 40": ("a", "a", 40, True),
    "the same words shuffled, one line": ("a", "a", 0, True),
    "the same lines shuffled, one word each": ("a", "a", 1, True),
    "few words in random order, paragraphs of 40": ("few", "few", 40, False),
}
FEW_WORDS = 300


def text(kind: str, count: int, per_block: int, seed: int) -> str:
    """A text of so many words, in blocks of so many; 0 for one line."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    words = [f"w{rng.randrange(FEW_WORDS)}" if kind == "few" else f"{kind}{n}" for n in range(count)]
    if seed:
        rng.shuffle(words)
    if not per_block:
        return " ".join(words)
    return "\n\n".join(" ".join(words[n : n + per_block]) for n in range(0, count, per_block))


def measure(shape: str, count: int) -> None:
    """Compare one shape in this process and print its row."""
    import archivepolicy as ap

    ap.diff("one", "two")  # imports
    one, other, per_block, is_shuffled = SHAPES[shape]
    old, new = text(one, count, per_block, 0), text(other, count, per_block, 1 if is_shuffled or one == "few" else 0)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start_s = time.process_time()
    diff = ap.diff(old, new)
    took_s = time.process_time() - start_s
    after_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert diff.apply(old) == new  # noqa: S101 - a benchmark of wrong results is none
    said = "yes" if diff.notes else "no"
    print(
        f"| {shape} | {took_s:.1f} | {(after_kb - before_kb) / 1024:.0f} | {len(diff.changes)} | {said} |", flush=True
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=200_000)
    parser.add_argument("--shape", choices=SHAPES, help="this one alone, in this process")
    args = parser.parse_args()
    if args.shape:
        measure(args.shape, args.words)
        return 0
    print("| shape | CPU s | MB | changes | said to be coarse |\n|---|---|---|---|---|")
    for shape in SHAPES:
        subprocess.run([sys.executable, __file__, "--words", str(args.words), "--shape", shape], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
