"""Repeats: the same substitution in many places, such as a company's new name.

In: the pieces of each change. Out: substitutions that occur at least twice, and which piece is one of them. Words are
compared by their keys, differences of marks alone by the marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.records.change import Repeat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archivepolicy.comparison.spans import Piece
    from archivepolicy.records.change import Cls

    _Key = tuple[str, str, bool, Cls]


class Repeats:
    """The substitutions of one diff."""

    def __init__(self, changes: Iterable[tuple[int, list[Piece]]]) -> None:
        """Take each change's id and pieces."""
        self._keys: dict[int, list[_Key | None]] = {}
        places: dict[_Key, list[int]] = {}
        shown: dict[_Key, tuple[str, str]] = {}
        for change, pieces in changes:
            keys = self._keys[change] = [_key(piece) for piece in pieces]
            for piece, key in zip(pieces, keys, strict=True):
                if key is not None:
                    places.setdefault(key, []).append(change)
                    shown.setdefault(key, (str(piece.old).strip(), str(piece.new).strip()))
        recurring = sorted((key for key in places if len(places[key]) > 1), key=lambda key: -len(places[key]))
        self._ids = {key: number for number, key in enumerate(recurring)}
        self.repeats = tuple(
            Repeat(
                id=number,
                old=shown[key][0],
                new=shown[key][1],
                cls=key[3],
                count=len(places[key]),
                changes=tuple(sorted(set(places[key]))),
            )
            for key, number in self._ids.items()
        )

    def ids_of(self, change: int) -> list[int | None]:
        """The repeat of each piece of a change; None where it does not recur."""
        return [None if key is None else self._ids.get(key) for key in self._keys[change]]


def _key(piece: Piece) -> _Key | None:
    if piece.cls is None:
        return None
    if piece.words:
        return (*piece.words, True, piece.cls)
    return (str(piece.old), str(piece.new), False, piece.cls)
