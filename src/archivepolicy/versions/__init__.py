"""Versions: from captures that hold a text to the versions of a policy, and the gaps between them."""

from archivepolicy.versions.gaps import make_gaps
from archivepolicy.versions.runs import in_time, make_versions

__all__ = ["in_time", "make_gaps", "make_versions"]
