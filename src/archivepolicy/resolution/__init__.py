"""Resolution: which capture answers "as of D"."""

from archivepolicy.resolution.frames import content_memento
from archivepolicy.resolution.search import Question, Reading, search

__all__ = ["Question", "Reading", "content_memento", "search"]
