"""What kind of policy a document is, in the words of an attribution: privacy policy, terms of service, ...

In: the document's title and URL. Out: a kind's name. The title decides; where it names none, the name of the file in the
URL does. A document that names none is called just a policy: an attribution must not say more than is known. The page's own
`<title>` is not asked beside them, since it carries the site's name, nor is the folder, which holds policies of all kinds.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib.resources import files
from urllib.parse import unquote, urlsplit

UNNAMED = "policy"
# names that servers give to a folder's own page
_INDEX = re.compile(r"(?:index|default|home|main)(?:\.\w+)?", re.IGNORECASE)


def policy_kind(title: str, url: str) -> str:
    """Name the kind of a policy.

    Args:
        title: The document's title.
        url: The original URL; the last name in its path, with its query, is asked where the title names no kind.

    >>> policy_kind("Terms of Service", "http://a.example/privacy")
    'terms of service'
    >>> policy_kind("Legal", "http://a.example/privacy.php")
    'privacy policy'
    """
    for text in (title, _file_name(url)):
        for kind, pattern in _patterns().items():
            if pattern.search(text):
                return kind
    return UNNAMED


def kinds_named(title: str, url: str) -> tuple[str, ...]:
    """Every kind that a policy's title names, or that its file's name does where the title names none; may be empty.

    >>> kinds_named("Privacy & Terms", "http://a.example/legal")
    ('privacy policy', 'terms of service')
    """
    for text in (title, _file_name(url)):
        if named := tuple(kind for kind, pattern in _patterns().items() if pattern.search(text)):
            return named
    return ()


def kind_mentions(text: str) -> dict[str, int]:
    """How often a text has a word of each kind; every kind is there, in the order of the file.

    >>> kind_mentions("Terms, and again: the terms. Photos.")["terms of service"]
    2
    """
    return {kind: sum(1 for _ in pattern.finditer(text)) for kind, pattern in _patterns().items()}


def kind_words(kind: str) -> tuple[str, ...]:
    """The beginnings of words that name a kind, as they stand in the file."""
    return tuple(_kinds()[kind]["words"])


def _file_name(url: str) -> str:
    """The last name in a URL's path that is not just an index, and the query, as words."""
    parts = urlsplit(url)
    names = [name for name in unquote(parts.path).split("/") if name and not _INDEX.fullmatch(name)]
    return re.sub(r"[\W_]+", " ", f"{names[-1] if names else ''} {unquote(parts.query)}")


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """A pattern a kind, in the order of the file."""
    return {kind: re.compile(_alternatives(values["words"]), re.IGNORECASE) for kind, values in _kinds().items()}


@functools.cache
def _kinds() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8"))


def _alternatives(words: list[str]) -> str:
    # scripts that put no spaces between words have no word boundary to ask for
    return "|".join(
        (rf"\b{re.escape(word)}" if word[0].isalpha() and ord(word[0]) < 0x0E00 else re.escape(word)) for word in words
    )
