"""What an archived answer says of itself before its page is read: its status and its headers.

In: status and headers of a memento. Out: a `Verdict`. A status of 200 proves nothing (a bot check answers 200 and 202), and
neither do most headers; the few that do are data, in `verdicts/responses.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from archivepolicy.records.document import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLIENT_ERROR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    header: str
    pattern: re.Pattern[str]
    kind: Kind
    says: str


def judge_response(status: int, headers: Iterable[tuple[str, str]]) -> Verdict:
    """Judge an archived answer by its status and headers.

    Args:
        status: The archived HTTP status.
        headers: The archived headers, names in any case.

    Returns:
        `ok` where nothing speaks against it, which says nothing about its words.
    """
    named = {name.lower(): value for name, value in headers}
    answered = (f"the page answered {status}",) if status >= _CLIENT_ERROR else ()
    for rule in _rules():
        value = named.get(rule.header)
        if value is not None and rule.pattern.search(value):
            return Verdict(kind=rule.kind, reasons=(*answered, f"{rule.says} ({rule.header}: {value.strip()[:60]})"))
    return Verdict(kind=Kind.ERROR, reasons=answered) if answered else Verdict(kind=Kind.POLICY)


@cache
def _rules() -> tuple[_Rule, ...]:
    text = (files("archivepolicy.extraction") / "verdicts" / "responses.toml").read_text(encoding="utf-8")
    return tuple(
        _Rule(
            header=entry["header"],
            pattern=re.compile(entry["pattern"], re.IGNORECASE),
            kind=Kind[entry["kind"].upper()],
            says=entry["says"],
        )
        for entry in tomllib.loads(text)["rule"]
    )
