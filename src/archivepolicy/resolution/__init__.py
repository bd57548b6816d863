"""Resolution: which capture answers "as of D", and whose text it is."""

from archivepolicy.resolution.frames import content_memento
from archivepolicy.resolution.search import Assessment, Question, Reading, search
from archivepolicy.resolution.sites import site_of, site_verdict

__all__ = ["Assessment", "Question", "Reading", "content_memento", "search", "site_of", "site_verdict"]
