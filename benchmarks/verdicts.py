"""How often the verdict is right: unusable captures found, policies wrongly refused, languages told, other sites labelled.

    python benchmarks/verdicts.py [--data DIR]

DIR is the folder of real pages (default: beside the checkout, or `ARCHIVEPOLICY_CORPUS`). What each page is comes from the
corpus's own index, never from this program; what is neither surely a policy nor surely none is left out of the rates.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from archivepolicy.errors import UnusableCaptureError
from archivepolicy.extraction import extract, judge_response, language_of
from archivepolicy.extraction.verdict import judge
from archivepolicy.records import Kind
from archivepolicy.resolution import site_of, site_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpus"
_HEADING = re.compile(r"(?m)^#+ (.*)$|^(.+)\n(?:=+|-{3,})\s*$")
_STUB_WORDS = 60  # a recorded version below this is an error page or a bare menu, as its editors say
# of the pages that were saved from an archive's playback the index marks the one that is a policy; `enc` are none
_A_POLICY = "PRIVACY POLICY"
_BAD_BELOW = 0.6  # expected quality of a blocked or broken capture


class Case(NamedTuple):
    """One page: its set, its name, whether it is a policy, and what it was judged to be."""

    group: str
    name: str
    is_policy: bool
    kind: Kind


def rows(file: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def judged(payload: bytes, url: str | None, content_type: str | None = None) -> Kind:
    """The kind of a whole page."""
    try:
        return extract(payload, url=url, content_type=content_type).verdict.kind
    except UnusableCaptureError:
        return Kind.EMPTY


def whole_pages(data: Path) -> Iterator[Case]:
    """Whole pages: policies of three collections, policies of OPP-115, and pages of other kinds."""
    for row in rows(data / "extraction" / "index.jsonl"):
        file = data / "extraction" / "pages" / f"{row['id']}.html.gz"
        yield Case(
            "extraction", row["id"], is_policy=True, kind=judged(gzip.decompress(file.read_bytes()), row.get("url"))
        )
    for row in rows(data / "pages" / "index.jsonl"):
        payload = (data / "pages" / row["file"]).read_bytes()
        is_policy = row["group"] in ("opp115", "old") or _A_POLICY in row["kind"]
        yield Case(row["group"], row["file"], is_policy=is_policy, kind=judged(payload, row.get("original_url")))


def versions(data: Path) -> Iterator[Case]:
    """Texts that were recorded as policies; the stubs among them are none."""
    with gzip.open(data / "versions" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for pair in map(json.loads, lines):
            for side in ("old", "new"):
                text = pair[side]
                match = _HEADING.search(text)
                heading = (match[1] or match[2] or "") if match else ""
                found = judge(page_title=heading, first_heading=heading, text=text, language=None)
                is_policy = len(text.split()) >= _STUB_WORDS
                yield Case("versions", f"{pair['id']} {side}", is_policy=is_policy, kind=found.kind)


def bad_captures(data: Path) -> Iterator[Case]:
    """Recorded captures of blocks and errors: status, headers and title, and the body of the two that have one."""
    folder = data / "bad-captures"
    for row in rows(folder / "index.jsonl"):
        headers = json.loads((folder / row["file"]).read_text(encoding="utf-8"))["data"]["headers"]
        kind = judge_response(row["status"], headers.items()).kind
        if kind is Kind.POLICY and row["body"]:
            kind = judged((folder / row["body"]).read_bytes(), row["url"], row["content_type"])
        elif kind is Kind.POLICY:
            kind = judge(
                page_title=row["title"] or "", first_heading="", text=f"{row['title']} " * 40, language=None
            ).kind
        if row["expected_quality"] < _BAD_BELOW or row["status"] >= 400:
            yield Case("bad-captures", row["url"], is_policy=False, kind=kind)
        elif (
            kind is not Kind.NOT_POLICY
        ):  # good captures of pages that are no policies: nothing else may be said of them
            yield Case("bad-captures", row["url"], is_policy=True, kind=kind)


def print_rates(cases: list[Case]) -> None:
    """A line a set: found among what is no policy, refused among what is one."""
    print("| set | policies | wrongly refused | no policies | found | as |\n|---|---|---|---|---|---|")
    for group in dict.fromkeys(case.group for case in cases):
        here = [case for case in cases if case.group == group]
        good, bad = [case for case in here if case.is_policy], [case for case in here if not case.is_policy]
        refused = [case for case in good if case.kind is not Kind.POLICY]
        found = [case for case in bad if case.kind is not Kind.POLICY]
        kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(case.kind.value for case in found).most_common())
        print(f"| {group} | {len(good)} | {len(refused)} | {len(bad)} | {len(found)} | {kinds} |")
        for case in refused:
            print(f"refused: {case.group} {case.name} ({case.kind})", file=sys.stderr)
        for case in bad:
            if case not in found:
                print(f"missed: {case.group} {case.name}", file=sys.stderr)


def print_languages(data: Path) -> None:
    """How often the language told is the one that the page declares, on golds of whole pages."""
    agreed: Counter[str] = Counter()
    for row in rows(data / "extraction" / "index.jsonl"):
        page = gzip.decompress((data / "extraction" / "pages" / f"{row['id']}.html.gz").read_bytes())
        document = extract(page, url=row.get("url"))
        declared, told = (document.language or "")[:2].lower(), language_of(document.markdown)
        agreed["not declared" if not declared else "not told" if told is None else str(told == declared)] += 1
    print(f"\nLanguage of {agreed.total()} pages, told by their words and declared by their template: {dict(agreed)}")


def print_sites(data: Path) -> None:
    """The published Markdown of the Princeton-Leuven corpus: whose text stands under the name of the site."""
    labels: Counter[str] = Counter()
    link = re.compile(r"web\.archive\.org/web/\d+(?:\w\w_)?/(\S+?)[)\s]")
    for file in sorted((data / "seed" / "princeton").rglob("*.md")):
        text = file.read_text(encoding="utf-8")
        if match := link.search(text):
            site = site_of(f"http://{file.parent.name}/", match[1].replace("%3A", ":"), title="", text=text)
            labels[f"{site.relation}{'' if site_verdict(site).is_usable else ', passed over'}"] += 1
    print(f"Princeton-Leuven files at hand, by the site that wrote the text: {dict(labels)}")


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ARCHIVEPOLICY_CORPUS") or _BESIDE))
    data = parser.parse_args().data
    if not data.is_dir():
        sys.exit(f"no corpus at {data}: name one with --data")
    print_rates([*whole_pages(data), *versions(data), *bad_captures(data)])
    print_languages(data)
    print_sites(data)


if __name__ == "__main__":
    main()
