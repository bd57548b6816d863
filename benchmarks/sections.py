"""How well one policy is cut out of a page that holds several.

    python benchmarks/sections.py DIR [--each]

DIR is a data folder as the extraction benchmark's: `index.jsonl`, one page a line with `id`, `doc`, `section`, `page` (HTML,
may be .gz), `gold` (Markdown), optionally `url` and `content_type`; pages whose `section` is true are measured. Two ways
of asking, besides the whole page:

- `first words`: those of the wanted text as `--from-heading`;
- `asked`: what `labels/sections.json` asks for each document, written by hand after a look at the page: a heading, two
  headings, or a selector.

P, R and F1 compare multisets of words, mean over documents of the mean over a document's pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import archivepolicy
from archivepolicy import Section

_WORD = re.compile(r"\w+")
_TARGET = re.compile(r"\]\([^)]*\)")
_ESCAPE = re.compile(r"\\(?=[^\w\s])")
LABELS = Path(__file__).with_name("labels") / "sections.json"
WAYS = ("whole page", "first words", "asked")


def words(text: str) -> list[str]:
    """Comparable words of a Markdown text, targets of links left out."""
    text = unicodedata.normalize("NFKC", _ESCAPE.sub("", _TARGET.sub("]", text)))
    return _WORD.findall(re.sub(r"(?<!\w)[_*]+|[_*]+(?!\w)|<br>", " ", text).casefold())


def scores(got: list[str], wanted: list[str]) -> tuple[float, float, float]:
    """P, R and F1."""
    shared = (Counter(got) & Counter(wanted)).total()
    precision, recall = shared / max(1, len(got)), shared / max(1, len(wanted))
    return precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0


def first_line(gold: str) -> str:
    """The first line of a text that says something, without its marks."""
    line = next(line for line in gold.splitlines() if re.search(r"\w", line))
    return re.sub(r"[|*_#\\]|---", "", line).strip()


def asked(way: str, gold: str, label: dict[str, str] | None) -> Section | None:
    """What is asked of the product; None where nobody has written it down for a page."""
    if way == "asked":
        return Section(**label) if label else None
    return Section() if way == "whole page" else Section(from_heading=first_line(gold))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--each", action="store_true", help="a line for each page")
    options = parser.parse_args()
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    found: dict[str, dict[str, list[tuple[float, float, float]]]] = {way: defaultdict(list) for way in WAYS}
    for line in (options.data / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.get("section"):
            continue
        raw = (options.data / row["page"]).read_bytes()
        page = gzip.decompress(raw) if row["page"].endswith(".gz") else raw
        gold = (options.data / row["gold"]).read_text(encoding="utf-8")
        for way in WAYS:
            section = asked(way, gold, labels.get(row.get("doc", "")))
            if section is None:
                continue
            try:
                got = archivepolicy.convert(
                    page, url=row.get("url"), content_type=row.get("content_type", "text/html"), section=section
                ).markdown
            except archivepolicy.ArchivePolicyError as error:
                got = ""
                print(f"{row['id']} {way}: {error}"[:200])
            one = scores(words(got), words(gold))
            found[way][row.get("doc", row["id"])].append(one)
            if options.each:
                print(f"{row['id']} {way}: P {one[0]:.3f} R {one[1]:.3f} F1 {one[2]:.3f} {str(section.bounds)[:300]}")
    print("| asked by | pages | documents | P | R | F1 | pages R < .95 | pages P < .95 |\n|" + "---|" * 8)
    for way, documents in found.items():
        means = [
            statistics.mean(statistics.mean(one[at] for one in pages) for pages in documents.values())
            for at in range(3)
        ]
        pages = [one for every in documents.values() for one in every]
        low = " | ".join(str(sum(one[at] < 0.95 for one in pages)) for at in (1, 0))
        print(f"| {way} | {len(pages)} | {len(documents)} | {' | '.join(f'{mean:.3f}' for mean in means)} | {low} |")


if __name__ == "__main__":
    main()
