"""Link format: the form of TimeMaps and of `Link` headers (RFC 6690, RFC 8288 §3, as RFC 7089 §5 uses it).

In: text. Out: links with their parameters. Commas and semicolons stand inside URLs and dates, so it is read from left to
right and never split. A link that cannot be read is passed over to the next `<` after a comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from archivepolicy.timestamps import from_datetime

_TARGET = re.compile(r"\s*<([^>]*)>")
_PARAMETER = re.compile(r"\s*;\s*([A-Za-z0-9!#$&+.^_`|~*-]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]+)))?")
_SEPARATOR = re.compile(r"\s*,")
_NEXT = re.compile(r",\s*(?=<)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkValue:
    """One link.

    Attributes:
        target: Its URL as it stands, perhaps relative.
        relations: The words of `rel`, lower-case.
        parameters: All parameters, names lower-case; of a repeated one the first (RFC 8288 §3).
    """

    target: str
    relations: frozenset[str]
    parameters: dict[str, str]

    @property
    def timestamp(self) -> str | None:
        """The `datetime` of a memento, 14 digits; None where there is none that can be read."""
        return http_timestamp(self.parameters.get("datetime", ""))


def parse_links(text: str) -> tuple[list[LinkValue], int]:
    """Read a TimeMap or a `Link` header.

    Returns:
        The links in their order, and how many could not be read.
    """
    links: list[LinkValue] = []
    unread = at = 0
    while at < len(text):
        target = _TARGET.match(text, at)
        if target is None:
            unread += bool(text[at:].strip(" \t\r\n,"))
            following = _NEXT.search(text, at)
            at = following.end() if following else len(text)
            continue
        at = target.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(text, at):
            name, quoted, plain = parameter.groups()
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain or ""
            parameters.setdefault(name.lower(), value)
            at = parameter.end()
        links.append(
            LinkValue(
                target=target[1].strip(),
                relations=frozenset(parameters.get("rel", "").lower().split()),
                parameters=parameters,
            )
        )
        if separator := _SEPARATOR.match(text, at):
            at = separator.end()
        elif text[at:].strip():  # junk after a link: the link counts, the junk is passed over
            following = _NEXT.search(text, at)
            at = following.end() if following else len(text)
        else:
            break
    return links, unread


def http_timestamp(text: str) -> str | None:
    """An HTTP date (RFC 9110 §5.6.7) as 14 digits; None where it is none.

    >>> http_timestamp("Sat, 08 Jun 2013 22:25:01 GMT")
    '20130608222501'
    """
    try:
        return from_datetime(parsedate_to_datetime(text))
    except (TypeError, ValueError):
        return None
