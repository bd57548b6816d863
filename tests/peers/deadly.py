"""An extraction that kills its process on one page, for tests of worker processes, which import it by its name."""

import os
import signal

from archivepolicy.extraction import extract
from archivepolicy.records import Document
from archivepolicy.records.section import Section

DEADLY = b"kills the process that reads it"


def deadly(payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
    if payload == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    return extract(payload, url=url, content_type=content_type, section=section)
