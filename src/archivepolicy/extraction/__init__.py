"""From a memento's bytes to a document: decode, parse, prune, select, convert.

    bytes > decode > inserts > tree > platform_rules, chrome > content, title > normalise > edges > markdown > tidy

No network; the only files read are the package's own platform rules.
"""

from __future__ import annotations

from archivepolicy.extraction.attribution import attribution_header
from archivepolicy.extraction.explanation import explained
from archivepolicy.extraction.extract import EXTRACTOR_VERSION, extract
from archivepolicy.extraction.frames import content_frame
from archivepolicy.extraction.homepage import page_links
from archivepolicy.extraction.language import language_of
from archivepolicy.extraction.response import judge_response
from archivepolicy.kinds import policy_kind

__all__ = [
    "EXTRACTOR_VERSION",
    "attribution_header",
    "content_frame",
    "explained",
    "extract",
    "judge_response",
    "language_of",
    "page_links",
    "policy_kind",
]
