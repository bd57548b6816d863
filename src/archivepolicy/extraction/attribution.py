"""The line above a policy that says whose it is, from which day, and where the original is.

In: the facts of a capture. Out: one line of Markdown, without a newline. An address is claimed only where one is known: a
WARC file's own name and the capture's time stand in its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archivepolicy.timestamps import iso_date
from archivepolicy.urls import domain_name, host_of

if TYPE_CHECKING:
    from archivepolicy.records import Capture

_WAYBACK_MACHINE = "web.archive.org"
_MARKS = re.compile(r"[\\`*_\[\]<>|~]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def attribution_header(capture: Capture, *, memento_url: str | None, kind: str) -> str:
    """Write the attribution line.

    Args:
        capture: Whose URL names the host that wrote the text, and whose day is given (UTC).
        memento_url: Where the original snapshot is, percent-quoted; None where it has no address (a WARC file).
        kind: What the text is: `privacy policy`, `terms of service`.
    """
    snapshot = f"original snapshot {_escaped(source_label(capture, memento_url))}"
    if memento_url is not None:
        snapshot = f"[{snapshot}]({_safe_target(memento_url)})"
    return (
        f"> *The following text is extracted and transformed from the {_escaped(domain_name(capture.url))} {_escaped(kind)} "
        f"that was archived on {iso_date(capture.timestamp)}. Please check the {snapshot} for the most accurate reproduction.*"
    )


def source_label(capture: Capture, memento_url: str | None) -> str:
    """The words after "original snapshot".

    Args:
        capture: The capture; its archive's name stands where there is no address.
        memento_url: The archive's address for it, or None where only a local file is known.

    >>> from archivepolicy.records import Capture
    >>> source_label(Capture(url="http://a.example/", timestamp="20160314081500", archive="demo.warc.gz"), None)
    'in demo.warc.gz, 20160314081500'
    """
    if memento_url is None:
        return f"in {capture.archive}, {capture.timestamp}"
    host = host_of(memento_url)
    return "on the Wayback Machine" if host == _WAYBACK_MACHINE else f"in {host}"


def _escaped(text: str) -> str:
    """Text that cannot end the line, the emphasis or the link around it."""
    text = " ".join(_CONTROLS.sub(" ", text).split())
    text = re.sub(r"&(?=#?\w+;)", r"\\&", _MARKS.sub(lambda match: "\\" + match[0], text))
    return re.sub(r"(?<=[^\W_])\\_(?=[^\W_])", "_", text)  # an underscore inside a word means nothing


def _safe_target(url: str) -> str:
    """A target that cannot end the link or the emphasis around it."""
    return re.sub(r"[()<>\s\\*]", lambda match: f"%{ord(match[0]):02X}", url)
