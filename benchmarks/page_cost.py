"""Where the time of one page's extraction goes, step by step.

    python benchmarks/page_cost.py [--data DIR] [--reps 3]

Without `--data`: the package's own demo pages. DIR holds `index.jsonl`, one page a line (`page`: path of the HTML, may be
.gz; optionally `url`, `content_type`), as the extraction benchmark's data do. Each step counts without the steps inside it,
in processor time, mean over the pages, of the fastest of the repetitions; shares are what to read.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import importlib
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parents[1] / "snapshots" / "demo"
DEMO_REPEATS = 20
ROOM = "archivepolicy.extraction"
# (module, function as that module knows it): what the page passes through, in order
STEPS = (
    ("extract", "decoded_body"), ("extract", "decoded_text"), ("extract", "without_inserts"), ("extract", "parsed_page"),
    ("extract", "may_be_wrapped"), ("extract", "is_replayed"), ("extract", "reveal_emails"), ("platform_rules", "rules_for"),
    ("platform_rules", "apply_page_rules"), ("extract", "Weights"), ("chrome.Pruner", "prune"), ("extract", "selection"),
    ("extract", "normalise"), ("extract", "trim_edges"), ("markdown", "tag_tree"), ("markdown.PolicyConverter", "process_tag"),
    ("markdown", "tidied"), ("extract", "words_of"), ("extract", "is_plain_text"), ("extract", "judge"),
    ("extract", "find_stated_dates"),
)  # fmt: skip


class Clock:
    """Processor time by step; a step's time is its own, without the steps that it calls."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = defaultdict(float)
        self._inner_s: list[float] = [0.0]

    def watch(self, place: str, name: str) -> None:
        """Time a function of a module or a method of a class; one that is not there is passed over."""
        module_name, _, class_name = place.partition(".")
        holder: Any = importlib.import_module(f"{ROOM}.{module_name}")
        holder = getattr(holder, class_name) if class_name else holder
        found = getattr(holder, name, None)
        if found is not None:
            setattr(holder, name, self._timed(found, name))

    def _timed(self, function: Any, name: str) -> Any:
        is_open = False

        @functools.wraps(function, updated=())
        def timed(*args: Any, **kwargs: Any) -> Any:
            nonlocal is_open
            if is_open:  # it calls itself: the outermost call counts for all
                return function(*args, **kwargs)
            is_open = True
            self._inner_s.append(0.0)
            start_s = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                whole_s = time.process_time() - start_s
                self.spent_s[name] += whole_s - self._inner_s.pop()
                self._inner_s[-1] += whole_s
                is_open = False

        return timed


def pages(data: Path | None) -> list[tuple[bytes, str | None, str | None]]:
    """Bytes, URL and content type of every page."""
    if data is None:
        found = [path.read_bytes() for path in sorted(DEMO.glob("*.html"))]
        return [(payload, "http://www.fernhollow.example/privacy.php", "text/html") for payload in found] * DEMO_REPEATS
    with (data / "index.jsonl").open(encoding="utf-8") as index:
        rows = [json.loads(line) for line in index]
    read = [(data / row["page"]).read_bytes() for row in rows]
    unpacked = [
        gzip.decompress(raw) if row["page"].endswith(".gz") else raw for raw, row in zip(read, rows, strict=True)
    ]
    kinds = [row.get("content_type") or "text/html; charset=utf-8" for row in rows]
    return [(raw, row.get("url"), kind) for raw, row, kind in zip(unpacked, rows, kinds, strict=True)]


def once(extract: Any, of_pages: list[tuple[bytes, str | None, str | None]]) -> float:
    """Processor time of all pages, in seconds."""
    start_s = time.process_time()
    for payload, url, content_type in of_pages:
        extract(payload, url=url, content_type=content_type)
    return time.process_time() - start_s


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with index.jsonl (default: the demo pages)")
    parser.add_argument("--reps", type=int, default=3)
    args = parser.parse_args()
    of_pages = pages(args.data)
    extract = importlib.import_module(f"{ROOM}.extract").extract
    once(extract, of_pages)  # warm: rule files, patterns, caches
    plain_s = min(once(extract, of_pages) for _ in range(args.reps))
    clock = Clock()
    for place, name in STEPS:
        clock.watch(place, name)
    runs: list[tuple[float, dict[str, float]]] = []
    for _ in range(args.reps):
        clock.spent_s.clear()
        runs.append((once(extract, of_pages), dict(clock.spent_s)))
    whole_s, spent_s = min(runs, key=lambda run: run[0])
    count = len(of_pages)
    print(f"{count} pages: {1000 * plain_s / count:.2f} ms each, {1000 * whole_s / count:.2f} with the clocks\n")
    print("| step | ms | share |\n|---|---|---|")
    for name, step_s in [*spent_s.items(), ("all else", whole_s - sum(spent_s.values()))]:
        print(f"| {name} | {1000 * step_s / count:.3f} | {step_s / whole_s:.0%} |")


if __name__ == "__main__":
    main()
