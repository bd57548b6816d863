"""The ruled tables of a PDF's page: which lines that are drawn make a grid, and in which of its cells a place lies.

In: the straight lines and boxes of a page, in points from its top left. Out: `Grid`s. A grid is what crossing lines of both
directions enclose, with at least two rows and two columns. Where a line between two cells is not drawn the cells are one,
which counts as the upper left of them. Deliberately not done: tables without rules, or with horizontal ones alone, since
nothing tells them from columns of text; their words stay in reading order.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# in points: how thick a box may be that is drawn for a line, how far apart ends that meet and lines of one border may be
_THICK = 3.0
_NEAR = 3.0
# shorter strokes are parts of letters and drawings
_MIN_LENGTH = 6.0
# a page with more lines than this is a drawing
_MAX_RULES = 3000
# the part of a page at its top and at its foot in which a grid is a running head
_MARGIN_SHARE = 0.12


class Rule(NamedTuple):
    """A straight line: `at` is its y (x, of a vertical one), `start` and `end` its ends on the other axis."""

    at: float
    start: float
    end: float


class Box(NamedTuple):
    """A line or a rectangle as it is drawn."""

    x0: float
    y0: float
    x1: float
    y1: float
    is_stroked: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Grid:
    """One table's borders, ascending, and the lines that are drawn on each of them."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    on_xs: tuple[tuple[Rule, ...], ...]
    on_ys: tuple[tuple[Rule, ...], ...]
    _cells: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of a place, of joined cells the first; None outside."""
        row, column = bisect.bisect_right(self.ys, y) - 1, bisect.bisect_right(self.xs, x) - 1
        if not (0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1):
            return None
        found = self._cells.get((row, column))
        if found is None:
            found = self._cells[row, column] = self._first(row, column)
        return found

    def _first(self, row: int, column: int) -> tuple[int, int]:
        """The upper left of the cells that are joined to one."""
        middle = (self.ys[row] + self.ys[row + 1]) / 2
        while column > 0 and not _is_drawn(self.on_xs[column], middle):
            column -= 1
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        while row > 0 and not _is_drawn(self.on_ys[row], middle):
            row -= 1
        return row, column


def grids(boxes: Iterable[Box], height: float) -> list[Grid]:
    """Find the ruled tables of a page, from the top down.

    Args:
        boxes: What is drawn on it, in any order.
        height: The page's height.
    """
    across, down = _rules(boxes)
    if not across or not down or len(across) + len(down) > _MAX_RULES:
        return []
    found = []
    for rows, columns in _connected(across, down):
        xs, ys = _places(columns), _places(rows)
        in_margin = ys[-1] < _MARGIN_SHARE * height or ys[0] > (1 - _MARGIN_SHARE) * height
        if len(xs) >= 3 and len(ys) >= 3 and not in_margin:
            found.append(Grid(xs=xs, ys=ys, on_xs=_by_place(columns, xs), on_ys=_by_place(rows, ys)))
    return sorted(found, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _rules(boxes: Iterable[Box]) -> tuple[list[Rule], list[Rule]]:
    """The horizontal and the vertical lines of boxes: a thin box is one, a framed one has four."""
    across: list[Rule] = []
    down: list[Rule] = []
    for box in boxes:
        wide, high = box.x1 - box.x0, box.y1 - box.y0
        if high <= _THICK and wide >= _MIN_LENGTH:
            across.append(Rule((box.y0 + box.y1) / 2, box.x0, box.x1))
        elif wide <= _THICK and high >= _MIN_LENGTH:
            down.append(Rule((box.x0 + box.x1) / 2, box.y0, box.y1))
        elif box.is_stroked and wide >= _MIN_LENGTH and high >= _MIN_LENGTH:
            across += [Rule(box.y0, box.x0, box.x1), Rule(box.y1, box.x0, box.x1)]
            down += [Rule(box.x0, box.y0, box.y1), Rule(box.x1, box.y0, box.y1)]
    return _joined(across), _joined(down)


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Lines whose pieces meet as one: many producers draw the side of each cell for itself."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda one: (round(one.at), one.start)):
        last = joined[-1] if joined else None
        if last and abs(last.at - rule.at) <= 1 and rule.start <= last.end + _NEAR:
            joined[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            joined.append(rule)
    return joined


def _connected(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """The lines in groups that cross or meet."""
    waiting, groups = set(range(len(across))), []
    loose = set(range(len(down)))
    while waiting:
        rows, columns, asked = [], [], [waiting.pop()]
        while asked:
            row = across[asked.pop()]
            rows.append(row)
            met = {place for place in loose if _meet(row, down[place])}
            loose -= met
            columns += [down[place] for place in met]
            new = {place for place in waiting if any(_meet(across[place], down[one]) for one in met)}
            waiting -= new
            asked += new
        groups.append((rows, columns))
    return [group for group in groups if group[1]]


def _meet(row: Rule, column: Rule) -> bool:
    return row.start - _NEAR <= column.at <= row.end + _NEAR and column.start - _NEAR <= row.at <= column.end + _NEAR


def _places(rules: Sequence[Rule]) -> tuple[float, ...]:
    """Where lines stand, ascending; those of a double border are one."""
    places: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not places or at - places[-1] > _NEAR:
            places.append(at)
    return tuple(places)


def _by_place(rules: Sequence[Rule], places: Sequence[float]) -> tuple[tuple[Rule, ...], ...]:
    """The lines on each of the places, those of a double border at the first of its two."""
    on: list[list[Rule]] = [[] for _ in places]
    for rule in rules:
        on[bisect.bisect_right(places, rule.at) - 1].append(rule)
    return tuple(map(tuple, on))


def _is_drawn(rules: Iterable[Rule], through: float) -> bool:
    return any(rule.start - 1 <= through <= rule.end + 1 for rule in rules)


def is_continued(above: Grid, below: Grid) -> bool:
    """Whether a grid at the top of a page has the columns of one at the foot of the page before."""
    return len(above.xs) == len(below.xs) and all(
        abs(one - other) <= _NEAR for one, other in zip(above.xs, below.xs, strict=True)
    )
