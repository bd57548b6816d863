"""A file -> the text of a policy and which text it is, for a comparison."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError
from archivepolicy.extraction import extract
from archivepolicy.pipeline.comparison import diff
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from pathlib import Path

    from archivepolicy.records import Diff, Side

# what says that a file is a page rather than a text made of one
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<\?xml|<html[\s>]|%PDF-)", re.IGNORECASE)
_PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".pdf"})
_HEADER = re.compile(r"> \*The following text is extracted and transformed from the [^\n]*\*\n\n?")


def diff_files(old: Path, new: Path) -> Diff:
    """Compare two files: products, any Markdown or plain text, or pages (HTML, PDF), which are extracted first.

    One of them may be `-`, the standard input.

    The attribution header of a product is not part of the policy. Where a product's provenance stands beside it, the diff
    says which captures are compared.

    Raises:
        InputError: A file cannot be read, both are the standard input, or one is neither a text in UTF-8 nor a page.
        UnusableCaptureError: A PDF without text.
    """
    if str(old) == str(new) == "-":
        raise InputError("both texts are the standard input: it can be read once")
    found = diff(_text(old), _text(new), old_label=str(old), new_label=str(new))
    return replace(found, old=_side(found.old, old), new=_side(found.new, new))


def _text(file: Path) -> str:
    try:
        payload = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as cause:
        raise InputError(f"cannot read {file}: {cause.strerror or cause}") from cause
    if file.suffix.lower() in _PAGE_SUFFIXES or _PAGE.match(payload):
        return extract(payload, url=None, content_type=None).text
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise InputError(f"{file} is neither a page nor a text in UTF-8") from cause
    return _HEADER.sub("", text, count=1) if _HEADER.match(text) else text


def _side(side: Side, file: Path) -> Side:
    """The side with what the provenance beside the file says, where there is one."""
    beside = file.with_suffix(".json")
    if file.suffix != ".md" or not beside.is_file():
        return side
    try:
        values = json.loads(beside.read_bytes())
        timestamp = str(values["timestamp"])
        iso_time(timestamp)
    except (OSError, ValueError, KeyError, InputError):
        return side  # some other JSON
    return replace(
        side,
        url=values.get("url"),
        timestamp=timestamp,
        memento_url=values.get("memento_url"),
        extractor_version=values.get("extractor_version"),
    )
