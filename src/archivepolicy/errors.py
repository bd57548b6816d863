"""Errors, branched by what the caller can do about them.

    ArchivePolicyError
    ├── InputError                  fix what was asked: a date, a URL, an option      exit 2
    │   ├── ArchiveFileError        fix or replace the archive file                   exit 2
    │   └── MissingSectionError     name another section of the page                  exit 2
    ├── NoCaptureError              no such capture: ask for another date or URL      exit 3
    ├── ArchiveUnavailableError     try again later                                   exit 4
    │   └── RateLimitedError        try again after `retry_after_s`                   exit 4
    ├── UnusableCaptureError        choose another capture                            exit 5
    │   ├── ExcludedError           the archive does not show this site               exit 5
    │   └── NotReplayableError      listed by the index, not given by the replay      exit 5
    └── StoreError                  free, mend or name another store                  exit 6

Each message is one line that a person can act on; the data stands beside it in attributes. Anything else that leaves
the package is a bug to report. Exit codes 0 and 1 belong to commands, not to errors.
"""

from __future__ import annotations

from typing import Any, ClassVar


class ArchivePolicyError(Exception):
    """Root of every error that this package raises on purpose; it passes between processes as it is."""

    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """As Python would, but for calling the class, which may want arguments by name."""
        return _revived, (type(self), self.args, self.__dict__)


def _revived(kind: type[ArchivePolicyError], said: tuple[Any, ...], data: dict[str, Any]) -> ArchivePolicyError:
    error = kind.__new__(kind, *said)
    error.__dict__.update(data)
    return error


class InputError(ArchivePolicyError):
    """What was asked cannot be understood: a date, a URL, an archive's name, an option."""

    exit_code = 2


class ArchiveFileError(InputError):
    """An archive file that is absent, or that no record can be read from.

    Attributes:
        path: The file as it was named.
    """

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path


class MissingSectionError(InputError):
    """A page without the section that is asked for.

    Attributes:
        missing: What is not there.
        headings: What is: the page's headings, in words.
    """

    def __init__(self, missing: str, *, headings: str, timestamp: str | None = None) -> None:
        where = f"in the capture of {timestamp}: " if timestamp else ""
        super().__init__(f"{where}{missing}; {headings}")
        self.missing = missing
        self.headings = headings


class NoCaptureError(ArchivePolicyError):
    """The archive answered, and it holds no capture that fits.

    Attributes:
        url: The original URL asked for.
        first_timestamp: The first capture that the archive does hold, 14 digits, or None where it holds none.
        last_timestamp: The last one, or None.
    """

    exit_code = 3

    def __init__(
        self, message: str, *, url: str, first_timestamp: str | None = None, last_timestamp: str | None = None
    ) -> None:
        super().__init__(message)
        self.url = url
        self.first_timestamp = first_timestamp
        self.last_timestamp = last_timestamp


class ArchiveUnavailableError(ArchivePolicyError):
    """The archive cannot be reached or does not answer properly; it says nothing about what it holds.

    Attributes:
        archive: The archive's name.
        retry_after_s: Seconds to wait where the archive said so, else None.
    """

    exit_code = 4

    def __init__(self, message: str, *, archive: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.archive = archive
        self.retry_after_s = retry_after_s


class RateLimitedError(ArchiveUnavailableError):
    """The archive itself (not an archived page) answered 429."""


class UnusableCaptureError(ArchivePolicyError):
    """A capture exists, and it is not a usable policy.

    Attributes:
        url: The original URL.
        timestamp: The capture's 14 digits, or None where every capture is unusable.
        reasons: Why, a phrase each; may be empty.
        successor_url: Where archived redirects of the URL lead, or None: what to ask for instead.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        url: str,
        timestamp: str | None = None,
        reasons: tuple[str, ...] = (),
        successor_url: str | None = None,
    ) -> None:
        super().__init__(message)
        self.url = url
        self.timestamp = timestamp
        self.reasons = reasons
        self.successor_url = successor_url


class ExcludedError(UnusableCaptureError):
    """The archive holds or held the site and does not show it."""


class NotReplayableError(UnusableCaptureError):
    """The index lists this capture and the replay does not give it: another date, nothing, or a broken body.

    Attributes:
        offered_url: The original URL of the capture that the archive leads to in its place, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        url: str,
        timestamp: str | None = None,
        reasons: tuple[str, ...] = (),
        offered_url: str | None = None,
    ) -> None:
        super().__init__(message, url=url, timestamp=timestamp, reasons=reasons)
        self.offered_url = offered_url


class StoreError(ArchivePolicyError):
    """The store cannot be read or written: no permission, no space, not a folder, a damaged file.

    Attributes:
        path: The file or folder that failed.
    """

    exit_code = 6

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path
