"""Resolution: which capture answers "as of D", whose text it is, and which captures tell a URL's history."""

from archivepolicy.resolution.frames import content_memento
from archivepolicy.resolution.search import Assessment, Question, Reading, search
from archivepolicy.resolution.sites import site_of, site_verdict
from archivepolicy.resolution.trail import Leaf, Trail, follow_trail

__all__ = [
    "Assessment",
    "Leaf",
    "Question",
    "Reading",
    "Trail",
    "content_memento",
    "follow_trail",
    "search",
    "site_of",
    "site_verdict",
]
