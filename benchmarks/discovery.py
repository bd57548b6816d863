"""How well a page's links tell which of them is the policy: top-1 accuracy, recall among the first three, precision.

    python benchmarks/discovery.py [--corpus DIR] [--misses] [--read]

Nothing is replayed: what is measured is the ranking of links (and of an index's rows), before any candidate is read.

* own homepages: `tests/discovery/fixtures`, with their answers, sites without a policy among them.
* archived pages: `DIR/archive`, first and last capture of each URL. The answer is where the collection itself records the
  service's document of that kind; a page counts where it links there.
* the same, by words alone: each address is replaced by a number, so that words and place must tell.
* other pages: `DIR/pages`, of Wayback playback and of before 2005. No answers are known: the answer is a link whose file is
  called privacy or terms, and the ranking is asked by words alone, so that it cannot see what the answer was made of. Of a
  page that is a privacy policy itself only the terms are asked for.
* rows of an index: the archive's rows of each service's host, by address alone.
* with `--read`, whole answers of `find` over the archive, candidates read: begun at each archived page that links to the
  answer, and begun at each host's homepage, which this archive does not hold, so that the index must tell.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives.warc import WarcArchive
from archivepolicy.discovery import link_candidates, page_key, path_candidates
from archivepolicy.extraction import page_links
from archivepolicy.pipeline.discovery import find
from archivepolicy.records import Capture, PageLink, PolicyKind
from archivepolicy.timestamps import parse_period
from archivepolicy.urls import domain_name, host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHECKOUT = Path(__file__).resolve().parents[1]
FIXTURES = CHECKOUT / "tests" / "discovery" / "fixtures"
CORPUS = CHECKOUT.parent / "shared" / "corpus"
TERMS_TYPES = {
    PolicyKind.PRIVACY: ("Privacy Policy",),
    PolicyKind.TERMS: ("Terms of Service",),
    PolicyKind.COOKIES: ("Trackers Policy",),
}
FILE_NAMES = {
    PolicyKind.PRIVACY: re.compile(r"/(?:privacy|datenschutz)[^/]*$", re.IGNORECASE),
    PolicyKind.TERMS: re.compile(r"/(?:terms|tos|agb)\b[^/]*$", re.IGNORECASE),
}
NAMED = 50  # a score that a link reaches by its own words or a usual path


@dataclass(slots=True, kw_only=True)
class Score:
    """Counts of one set."""

    asked: int = 0
    first: int = 0
    among_three: int = 0
    answered: int = 0
    named: int = 0
    named_right: int = 0
    nothing_there: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, found: list[tuple[str, int]], right: set[str]) -> None:
        """Count one question: the candidates' keys with their scores, best first, and the right keys (maybe none)."""
        is_first = bool(found) and found[0][0] in right
        if right:
            self.asked += 1
            self.first += is_first
            self.among_three += any(key in right for key, _ in found[:3])
            if not is_first:
                self.misses.append(f"{name}: wanted {sorted(right)}, got {found[:3]}")
        else:
            self.nothing_there += 1
            if found and found[0][1] >= NAMED:
                self.misses.append(f"{name}: nothing there, got {found[:1]}")
        self.answered += bool(found)
        if found and found[0][1] >= NAMED:
            self.named += 1
            self.named_right += is_first

    def row(self, title: str) -> str:
        """The counts as a row of a table."""
        shares = [
            _share(self.first, self.asked),
            _share(self.among_three, self.asked),
            _share(self.first, self.answered),
        ]
        shares.append(_share(self.named_right, self.named))
        return f"| {title} | {self.asked} | {self.nothing_there} | " + " | ".join(shares) + " |"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with its links, and the right answers by kind."""

    name: str
    url: str
    links: tuple[PageLink, ...]
    right: dict[PolicyKind, set[str]]


def own_pages() -> Iterator[Page]:
    """The fixtures of the tests."""
    for name, values in tomllib.loads((FIXTURES / "expected.toml").read_text(encoding="utf-8")).items():
        links = page_links((FIXTURES / f"{name}.html").read_bytes(), url=values["url"]).links
        right = {kind: {page_key(values[kind])} if kind in values else set() for kind in PolicyKind}
        yield Page(name=name, url=values["url"], links=links, right=right)


def archived_pages(folder: Path) -> Iterator[Page]:
    """First and last capture of each URL of the archive, with the documents that the collection has of its service."""
    from warcio.archiveiterator import ArchiveIterator

    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").split("\n") if line]
    known: dict[str, dict[PolicyKind, set[str]]] = defaultdict(lambda: {kind: set() for kind in PolicyKind})
    times: dict[str, list[str]] = defaultdict(list)
    service_of = {}
    for row in rows:
        for kind, types in TERMS_TYPES.items():
            if row["terms_type"].partition(" #")[0] in types:
                known[row["service"]][kind].add(page_key(row["url"]))
        times[row["url"]].append(row["timestamp"])
        service_of[row["url"]] = row["service"]
    wanted = {(url, time) for url, all_times in times.items() for time in (min(all_times), max(all_times))}
    for warc in sorted(folder.glob("*.warc.gz")):
        with warc.open("rb") as stream:
            for record in ArchiveIterator(stream):
                url = record.rec_headers.get_header("WARC-Target-URI")
                time = re.sub(r"\D", "", record.rec_headers.get_header("WARC-Date") or "")[:14]
                if record.rec_type != "response" or (url, time) not in wanted:
                    continue
                links = page_links(record.content_stream().read(), url=url).links
                there = {page_key(link.url) for link in links} - {page_key(url)}
                right = {kind: keys & there for kind, keys in known[service_of[url]].items()}
                yield Page(name=f"{url} {time}", url=url, links=links, right={k: v for k, v in right.items() if v})


def other_pages(folder: Path) -> Iterator[Page]:
    """Pages of Wayback playback and of before 2005, answers made of their links' file names."""
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").split("\n"):
        row = json.loads(line) if line else {}
        if row.get("group") not in ("wb", "old", "opp115"):
            continue
        url = row.get("original_url") or "http://unknown.invalid/"
        url = url if "://" in url else f"http://{url}"
        links = page_links((folder / row["file"]).read_bytes(), url=url).links
        right = {
            kind: {page_key(link.url) for link in links if pattern.search(link.url.partition("?")[0].rstrip("/"))}
            for kind, pattern in FILE_NAMES.items()
            if kind is PolicyKind.TERMS or row["group"] != "opp115"
        }
        yield Page(name=row["file"], url=url, links=links, right={kind: keys for kind, keys in right.items() if keys})


def blind(page: Page) -> tuple[Page, dict[str, str]]:
    """A page whose addresses say nothing, and the real keys of the new ones."""
    keys = list(dict.fromkeys(page_key(link.url) for link in page.links))
    numbers = {key: at for at, key in enumerate(keys)}
    links = tuple(
        replace(link, url=f"http://{host_of(link.url)}/n{numbers[page_key(link.url)]}") for link in page.links
    )
    real = {page_key(one.url): page_key(link.url) for one, link in zip(links, page.links, strict=True)}
    return replace(page, links=links), real


def measured(pages: Iterable[Page], *, by_words_alone: bool = False) -> Score:
    """Rank the links of pages and compare."""
    score = Score()
    for page in pages:
        seen, real = blind(page) if by_words_alone else (page, {})
        for kind, right in page.right.items():
            candidates = link_candidates(seen.links, kind, page.url)
            found = [(real.get(page_key(one.url), page_key(one.url)), one.score) for one in candidates]
            score.add(f"{page.name} {kind}", found, right)
    return score


def measured_paths(folder: Path) -> Score:
    """Rank the rows of each service's host."""
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").split("\n") if line]
    by_host: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        by_host[domain_name(row["url"])][row["url"]].add(row["terms_type"].partition(" #")[0])
    score = Score()
    for host, types in by_host.items():
        captures = [Capture(url=url, timestamp="20240101000000", status=200, archive="") for url in types]
        for kind, names in TERMS_TYPES.items():
            right = {page_key(url) for url, own in types.items() if own & set(names)}
            found = path_candidates(captures, kind, f"https://{host}/", parse_period("2026"))
            score.add(f"{host} {kind}", [(page_key(one.url), one.score) for one in found], right)
    return score


def measured_reading(folder: Path, pages: Sequence[Page], *, from_pages: bool) -> Score:
    """Ask `find` itself, and count its best candidate as its only answer."""
    archive = WarcArchive(folder)
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").split("\n") if line]
    questions: dict[tuple[str, PolicyKind], set[str]] = {}
    if from_pages:
        for page in pages:
            questions.update({(page.url, kind): right for kind, right in page.right.items()})
    else:
        for row in rows:
            for kind, types in TERMS_TYPES.items():
                right = questions.setdefault((f"https://{domain_name(row['url'])}/", kind), set())
                if row["terms_type"].partition(" #")[0] in types:
                    right.add(page_key(row["url"]))
    score = Score()
    for (url, kind), right in questions.items():
        best = find(url, as_of="2026-12", kind=kind, archive=archive).best
        keys = {page_key(best.url), page_key(best.capture.url)} if best and best.capture else set()
        found = [(key, best.score) for key in sorted(keys, key=lambda key: key not in right)[:1]] if best else []
        score.add(f"{url} {kind}", found, right)
    return score


def main() -> None:
    """Measure every set and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--misses", action="store_true", help="print what was not first, too")
    parser.add_argument("--read", action="store_true", help="ask `find` itself, too")
    asked = parser.parse_args()
    scores = {"own homepages": measured(own_pages())}
    if asked.corpus.is_dir():
        archived = list(archived_pages(asked.corpus / "archive"))
        scores["archived pages"] = measured(archived)
        scores["archived pages, words alone"] = measured(archived, by_words_alone=True)
        scores["other pages, words alone"] = measured(other_pages(asked.corpus / "pages"), by_words_alone=True)
        scores["rows of an index"] = measured_paths(asked.corpus / "archive")
        if asked.read:
            folder = asked.corpus / "archive"
            scores["find, from a page"] = measured_reading(folder, archived, from_pages=True)
            scores["find, from the index"] = measured_reading(folder, archived, from_pages=False)
    print("| set | answers | none there | top 1 | among 3 | precision | precision, score >= 50 |")
    print("|---|---|---|---|---|---|---|")
    for title, score in scores.items():
        print(score.row(title))
    if asked.misses:
        for title, score in scores.items():
            for miss in score.misses:
                print(f"{title}: {miss}")


if __name__ == "__main__":
    main()
