"""Section: the part of a page that is asked for, where a page holds several policies."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page; what is None bounds nothing.

    Attributes:
        css: A CSS selector: the elements that it matches, whole and in the page's order.
        from_heading: Words of the heading that begins the part: equal to the heading's, case and white space apart, else
            within them. Without `to_heading` the part ends before the next heading of the same or a higher level.
        to_heading: Words of the heading before which the part ends.
    """

    css: str | None = None
    from_heading: str | None = None
    to_heading: str | None = None

    @property
    def bounds(self) -> dict[str, str]:
        """What bounds it, by name; empty for the whole page."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def identity(self) -> str:
        """What tells it apart from every other part of a page; empty for the whole page.

        >>> Section().identity, Section(from_heading="Cookies").identity
        ('', '{"from_heading": "Cookies"}')
        """
        return json.dumps(self.bounds, ensure_ascii=False) if self.bounds else ""


WHOLE_PAGE = Section()


def section_from_dict(values: Mapping[str, Any] | None) -> Section:
    """Read a section back; nothing is the whole page, and unknown keys of a later release are passed over."""
    known: dict[str, Any] = {name: (values or {}).get(name) for name in Section.__dataclass_fields__}
    return Section(**known)


def section_from_identity(identity: str) -> Section:
    """Read a section back from what tells it apart; nothing is the whole page.

    >>> section_from_identity(Section(css="#cookies").identity).css
    '#cookies'
    """
    return section_from_dict(json.loads(identity) if identity else None)
