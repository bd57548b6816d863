"""Columns of a list of sites: the names that people give them, and the names of document kinds.

In: a heading or a cell. Out: what it stands for, or None. The names are general knowledge: those of common spreadsheets,
of lists of top sites and of this tool's own options.
"""

from __future__ import annotations

import re
from enum import StrEnum

from archivepolicy.records.candidate import PolicyKind


class Column(StrEnum):
    """What a column holds."""

    SITE = "site"
    DOMAIN = "domain"
    DATES = "dates"
    KIND = "kind"
    LANGUAGE = "language"
    CSS = "css"
    FROM_HEADING = "from-heading"
    TO_HEADING = "to-heading"


DEFAULT_ORDER = (Column.SITE, Column.DATES, Column.KIND, Column.LANGUAGE, Column.CSS)
_NAMES = {
    Column.SITE: "url urls site sites uri address link page policy_url privacy_policy_url web_address",
    # asked where no URL stands beside it
    Column.DOMAIN: "domain domains website host hostname homepage domain_name",
    Column.DATES: "date dates as_of asof when day timestamp timestamps year",
    Column.KIND: "kind type document document_kind document_type doc policy policy_kind policy_type",
    Column.LANGUAGE: "language languages lang locale",
    Column.CSS: "css css_selector css_selection selector select",
    Column.FROM_HEADING: "from_heading start_heading heading",
    Column.TO_HEADING: "to_heading end_heading",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}
_KINDS = {
    PolicyKind.PRIVACY: "privacy privacy_policy privacy_notice privacy_statement pp",
    PolicyKind.TERMS: "terms terms_of_service terms_of_use terms_and_conditions tos tou conditions",
    PolicyKind.COOKIES: "cookies cookie cookie_policy cookie_notice",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}


def column_of(heading: str) -> Column | None:
    """What a column of that name holds.

    >>> column_of(" As-Of "), column_of("Company")
    (<Column.DATES: 'dates'>, None)
    """
    return _COLUMNS.get(_plain(heading))


def kind_of(cell: str) -> PolicyKind | None:
    """The kind of document that a cell names.

    >>> kind_of("Terms of Service")
    <PolicyKind.TERMS: 'terms'>
    """
    return _KIND_OF.get(_plain(cell))


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().strip('"').casefold())
