"""snapshot + question -> what it is worth: the words' own verdict, whose text it is, and in which language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError
from archivepolicy.extraction import judge_response, language_of
from archivepolicy.records import Kind, Verdict
from archivepolicy.records.document import USABLE
from archivepolicy.records.provenance import framed_capture
from archivepolicy.resolution import Assessment, site_of, site_verdict
from archivepolicy.urls import domain_name, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archivepolicy.records import Capture, Document, Snapshot
    from archivepolicy.store import Store

ANY = "any"
_OTHER_SITES = 2
_NAMED_SITES = 3
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*", re.IGNORECASE)
# Norwegian is written in two forms, and pages name either or just the language; the small words tell Bokmål alone.
_SAME_LANGUAGE = {"no": "nb", "nn": "nb", "bs": "hr", "iw": "he", "in": "id"}


def accepted_kinds(accept: Iterable[Kind | str]) -> frozenset[Kind]:
    """The kinds of those names.

    Raises:
        InputError: A name is none of them.
    """
    by_name = {kind.slug: kind for kind in Kind if kind is not Kind.POLICY}
    accepted: set[Kind] = set()
    for name in [accept] if isinstance(accept, str) else accept:
        if name == ANY:
            accepted.update(by_name.values())
        elif isinstance(name, Kind):
            accepted.add(name)
        elif name in by_name:
            accepted.add(by_name[name])
        else:
            raise InputError(f"no such kind to accept: {name!r} ({', '.join(sorted(by_name))}, or {ANY})")
    return frozenset(accepted)


def language_code(language: str | None) -> str | None:
    """The part of a language's code that texts are told apart by; None for any language.

    Raises:
        InputError: It is no code.
    """
    if language is None:
        return None
    match = _LANGUAGE.fullmatch(language.strip())
    if match is None:
        raise InputError(f"not a language's code: {language!r} (en, de, pt-BR)")
    code = match[1].lower()
    return _SAME_LANGUAGE.get(code, code)


def assessed(snapshot: Snapshot, asked_url: str, language: str | None) -> Assessment:
    """Tell what a snapshot is worth as an answer.

    Args:
        snapshot: What was read.
        asked_url: The URL asked for.
        language: The language asked for, as `language_code` gives it; None for any.
    """
    document = snapshot.document
    url = (framed_capture(snapshot.provenance) or snapshot.capture).url
    site = site_of(asked_url, url, title=document.page_title, text=document.markdown)
    spoken, notes = (USABLE, ()) if language is None else _language_verdict(document, language)
    verdicts = (document.verdict, site_verdict(site), spoken)
    verdict = next((one for one in verdicts if not one.is_usable), document.verdict)
    http = snapshot.provenance["http"]
    is_told_by_headers = not judge_response(http["status"], http["headers"]).is_usable
    is_of_bytes = not is_told_by_headers and verdict.kind is not Kind.OTHER_SITE
    return Assessment(verdict=verdict, site=site, notes=notes, is_of_bytes=is_of_bytes)


def shared_text_note(kept: Store, capture: Capture) -> str | None:
    """What is to be said where the store holds the very bytes of a capture under other sites' names too.

    The same bytes on three or more unrelated domains mostly mean a parked domain (seen on ten domains of the Princeton-Leuven
    corpus), but may be one firm's policy for all its sites: so it is said, and decides nothing.
    """
    if capture.digest is None:
        return None
    hosts = {domain_name(url) for url in kept.catalogue.urls_of(capture.digest)} - {domain_name(capture.url)}
    if len(hosts) < _OTHER_SITES:
        return None
    own = registrable_domain(capture.url)
    others = sorted({registrable_domain(f"http://{host}/") for host in hosts} - {own})
    if len(others) < _OTHER_SITES:
        return None
    named = ", ".join(others[:_NAMED_SITES]) + (", ..." if len(others) > _NAMED_SITES else "")
    return f"The same bytes are kept of {len(others)} other sites ({named}): a parked domain, or one policy for several sites."


def _language_verdict(document: Document, wanted: str) -> tuple[Verdict, tuple[str, ...]]:
    """Whether a text is in the language wanted. Its words decide, and only where they do not tell, what the page declares."""
    read = language_of(document.markdown)
    if read is not None:
        if read == wanted:
            return USABLE, ()
        return Verdict(kind=Kind.OTHER_LANGUAGE, reasons=(f"the text reads as {read!r}, not as {wanted!r}",)), ()
    declared = _LANGUAGE.fullmatch(document.language or "")
    if declared is None:
        return USABLE, (f"Whether the text is in the language asked for ({wanted}) could not be told.",)
    code = language_code(declared[0])
    if code == wanted:
        return USABLE, ()
    return Verdict(kind=Kind.OTHER_LANGUAGE, reasons=(f"the page declares {declared[0]!r}, not {wanted!r}",)), ()
