"""Rows of a prefix query, of any dialect, brought to one form.

In: rows in any order, with more URLs and more captures of each than were asked for: filters and collapsing on the server
are hints, which one archive ignores and another applies in its own way. Out: one capture a URL, the first that is no error.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archivepolicy.archives.cdx import in_order, skipped_rows_warning
from archivepolicy.records import Listing
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archivepolicy.records import Capture

# rows that are read for each URL that is wanted, where an archive does not collapse
ROWS_A_URL = 20
_WHOLE_CHARS, _BEGINNING_CHARS = 4, 6


def words_pattern(words: Sequence[str]) -> str:
    """A regular expression that matches the whole of an index key with one of the words in its path or query.

    A short word must begin where a word begins, and the shortest must end there too: `tos` stands in every `photos`. Only
    what the expressions of Java and Python share is used, since the archive applies it.
    """
    inner = [word for word in words if len(word) > _BEGINNING_CHARS]
    beginning = [word for word in words if _WHOLE_CHARS < len(word) <= _BEGINNING_CHARS]
    whole = [word for word in words if len(word) <= _WHOLE_CHARS]
    choices = [f"({'|'.join(inner)}).*"] if inner else []
    choices += [f"[^a-z]({'|'.join(beginning)}).*"] if beginning else []
    choices += [f"[^a-z]({'|'.join(whole)})([^a-z].*)?"] if whole else []
    return rf".*\).*({'|'.join(choices)})"


def prefix_rows(
    rows: Iterable[Capture | None], url: str, *, words: Sequence[str], limit: int, asked_at: str | None
) -> Listing:
    """Make a listing of rows; None among them stands for a row that could not be read."""
    prefix = index_key(url)
    pattern = re.compile(words_pattern(words))
    first: dict[str, Capture] = {}
    unread = 0
    warnings: tuple[str, ...] = ()
    waiting = iter(rows)
    for capture in islice(waiting, limit * ROWS_A_URL):
        if capture is None:
            unread += 1
            continue
        key = index_key(capture.url)
        if not key.startswith(prefix) or not pattern.fullmatch(key):
            continue
        if capture.status is not None and capture.status >= 400:
            continue
        if key in first or len(first) < limit:
            if key not in first or capture.timestamp < first[key].timestamp:
                first[key] = capture
        else:
            warnings = (f"More than {limit} URLs match; the index was not read to its end.",)
            break
    if not warnings and next(waiting, None) is not None:
        warnings = (f"More than {limit * ROWS_A_URL} rows match; the index was not read to its end.",)
    return Listing(
        url=f"{url}*",
        captures=in_order(first.values()),
        retrieved_at=asked_at,
        warnings=(*skipped_rows_warning(unread), *warnings),
    )
