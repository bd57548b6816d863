"""Score "substantive or not" against labels made by reading.

    python benchmarks/classes.py [--data pairs.jsonl.gz] [--min-recall .98 --min-precision .85]

`labels/substantive.jsonl` names 100 pairs of versions, drawn at random (seed 20261123) from the 255 pairs of the shared corpus,
by id, commits and SHA-256 of both texts, with a label and its reason; the texts stay in the corpus. A pair is
substantive where the policy itself says something else afterwards: words, numbers, lists, or what the page announces of its
terms. It is not where only links, marks, numbering, dates or order differ, where the site around the policy was
captured differently, or where one side is an error page.

`labels/held_out.jsonl` names 50 of the other pairs, read once the rules were made.

Exit code 1: below a wanted figure. 2: no data.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path

import archivepolicy as ap
from archivepolicy.digests import sha256_hex

HERE = Path(__file__).resolve().parent
LABELS = HERE / "labels" / "substantive.jsonl"
DATA = HERE.parents[1] / "shared" / "corpus" / "versions" / "pairs.jsonl.gz"


def main() -> int:
    """Print the table; the exit code is the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="pairs file of the shared corpus")
    parser.add_argument("--labels", type=Path, default=LABELS, help="labels file (default: the 100 pairs)")
    parser.add_argument("--min-recall", type=float, default=0.0)
    parser.add_argument("--min-precision", type=float, default=0.0)
    args = parser.parse_args()
    if not args.data.is_file():
        print(f"no pairs at {args.data}", file=sys.stderr)
        return 2
    labels = {row["id"]: row for row in map(json.loads, args.labels.read_text(encoding="utf-8").splitlines())}
    found = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    with gzip.open(args.data, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            label = labels.pop(row["id"], None)
            if label is None:
                continue
            for side in ("old", "new"):
                if sha256_hex(row[side].encode()) != label[f"{side}_sha256"]:
                    print(f"another {side} text than the labelled one: {row['id']}", file=sys.stderr)
                    return 2
            diff = ap.diff(row["old"], row["new"])
            found[label["substantive"], diff.is_substantive] += 1
            if label["substantive"] != diff.is_substantive:
                print(f"{'missed' if label['substantive'] else 'too much'}: {row['id']}: {label['reason']}")
    if labels:
        print(f"{len(labels)} labelled pairs are not in the data", file=sys.stderr)
        return 2
    hits, missed, extra = found[True, True], found[True, False], found[False, True]
    recall, precision = hits / max(1, hits + missed), hits / max(1, hits + extra)
    print(
        f"\n{sum(found.values())} pairs, {hits + missed} substantive: {hits} found, {missed} missed, {extra} too much"
    )
    print(f"recall {recall:.3f}, precision {precision:.3f}")
    return int(recall < args.min_recall or precision < args.min_precision)


if __name__ == "__main__":
    sys.exit(main())
