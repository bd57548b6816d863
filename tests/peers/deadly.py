"""Extractions that kill their process or never end on one page, for tests of worker processes, which import them by name."""

import os
import signal
import threading

from archivepolicy.extraction import extract
from archivepolicy.records import Document
from archivepolicy.records.section import Section

DEADLY = b"kills the process that reads it"
ENDLESS = b"holds the process that reads it for ever"


class OddError(Exception):
    """An error that does not pass between processes."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def deadly(payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
    if payload == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    return extract(payload, url=url, content_type=content_type, section=section)


def endless(payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
    if ENDLESS in payload:
        threading.Event().wait()
    return extract(payload, url=url, content_type=content_type, section=section)


def odd(payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
    raise OddError("of another's", "making")
