"""Presets: archives that can be called by a short name, as data (`presets.toml`, each with its source)."""

from __future__ import annotations

import difflib
import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """An archive in pywb's dialect that has a short name.

    Attributes:
        name: What a user writes.
        title: What it calls itself.
        country: Whose web it collects.
        collection: Where captures are replayed.
        index: Its capture index.
        source: Where these addresses stand.
        read: On which day they were read there.
        index_limit: How many rows its index gives at most; None where it gives all.
    """

    name: str
    title: str
    country: str
    collection: str
    index: str
    source: str
    read: date
    index_limit: int | None = None


@functools.cache
def presets() -> dict[str, Preset]:
    """All presets by their names, in the order of the file."""
    text = files("archivepolicy.archives").joinpath("presets.toml").read_text(encoding="utf-8")
    return {values["name"]: Preset(**values) for values in tomllib.loads(text)["archive"]}


def near_names(name: str, others: tuple[str, ...]) -> list[str]:
    """Names that a slip of the pen may have been meant as, nearest first; may be empty."""
    known = (*presets(), *others)
    by_title = [one.name for one in presets().values() if len(name) > 2 and name.lower() in one.title.lower()]
    return list(dict.fromkeys((*difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5), *by_title)))
