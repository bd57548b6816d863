"""What every archive can do: list a URL's captures and replay one of them, raw.

An archive is a place that holds captures: the Wayback Machine, any pywb, a WARC file or a folder of them. Whatever its
dialect, it gives `Capture` rows in one form and mementos with the bytes as they were archived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records import Capture, Listing, Memento


class Archive(Protocol):
    """A place that holds captures."""

    @property
    def name(self) -> str:
        """How a person calls it: a host, or a file's name."""

    @property
    def key(self) -> str:
        """What tells it apart from every other archive in a store: its collection's URL, or a file's name."""

    @property
    def is_local(self) -> bool:
        """Whether it is read from this machine's disk, so that asking it costs no one anything."""

    def listing(self, url: str) -> Listing:
        """List all captures of a URL, redirects, errors and revisits included.

        Args:
            url: Normalised original URL. Its http and https, `www` and port forms count as one, as in every index.

        Returns:
            The captures, ascending by timestamp; none is an answer, not an error.

        Raises:
            ArchiveUnavailableError: The archive cannot be asked, or does not answer properly. Never an empty listing.
            ExcludedError: The archive does not show this site.
        """

    def replay(self, capture: Capture) -> Memento:
        """Fetch a capture as it was archived, never rewritten and never another date's.

        Args:
            capture: A row of this archive's listing.

        Raises:
            NotReplayableError: The archive does not give this very capture; another one may do.
            ExcludedError: The archive does not show this site.
            ArchiveUnavailableError: The archive cannot be asked now.
        """


@runtime_checkable
class PrefixArchive(Archive, Protocol):
    """An archive whose index can also be asked for all URLs that begin alike. Not every one can: a Memento one cannot."""

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """List URLs that begin like one, one capture a URL, where one of some words stands in their index key.

        Args:
            url: Normalised original URL; every URL of an index whose key begins with its key is meant.
            words: Lower-case ASCII letters, digits, `-` and `_`; not empty. A word of up to four letters counts only where
                it stands alone, one of up to six where a word begins.
            limit: At most so many URLs. Where there are more, the listing has a warning.

        Returns:
            Of every URL the first capture that is no error, ascending by timestamp; may be empty. `url` ends in `*`.

        Raises:
            ArchiveUnavailableError: As for `Archive.listing`.
            ExcludedError: The archive does not show this site.
        """
