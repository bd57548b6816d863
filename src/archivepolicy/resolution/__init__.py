"""Resolution: which capture answers "as of D", and which captures tell a URL's history."""

from archivepolicy.resolution.frames import content_memento
from archivepolicy.resolution.search import Question, Reading, search
from archivepolicy.resolution.trail import Leaf, Trail, follow_trail

__all__ = ["Leaf", "Question", "Reading", "Trail", "content_memento", "follow_trail", "search"]
