"""Diffs made by hand: what the renderers read, without the engine that finds it."""

from collections.abc import Sequence

from archivepolicy.records.change import Change, Cls, Diff, Op, Segment, Side, Span


def made_diff(parts: Sequence[tuple[str, str]], *, cls: Cls = Cls.SUBSTANTIVE) -> Diff:
    """A diff of parts in a row, each its old and its new text; where both are the same nothing changed."""
    segments, changes = [], []
    old_at = new_at = 0
    for old, new in parts:
        if old == new:
            segments.append(Segment(old=old, new=new))
        else:
            changes.append(made_change(len(changes), old, new, at=(old_at, new_at), cls=cls))
            segments.append(Segment(old=old, new=new, change=len(changes) - 1))
        old_at, new_at = old_at + len(old), new_at + len(new)
    return Diff(
        old=Side(label="old.md", word_count=sum(len(old.split()) for old, _ in parts)),
        new=Side(label="new.md", word_count=sum(len(new.split()) for _, new in parts)),
        segments=tuple(segments),
        changes=tuple(changes),
    )


def made_change(
    index: int,
    old: str,
    new: str,
    *,
    at: tuple[int, int] = (0, 0),
    cls: Cls = Cls.SUBSTANTIVE,
    spans: Sequence[Span] = (),
) -> Change:
    """A change of a block; without spans, the whole of it was replaced."""
    op = Op.MODIFY if old and new else Op.DELETE if old else Op.INSERT
    return Change(
        id=index,
        op=op,
        cls=cls,
        old=old or None,
        new=new or None,
        old_start=at[0],
        old_end=at[0] + len(old),
        new_start=at[1],
        new_end=at[1] + len(new),
        kind="paragraph",
        section=("Data",),
        old_section=("Data",),
        spans=tuple(spans) or (Span(old=old, new=new, cls=cls),),
        similarity=0.0,
        words_removed=len(old.split()),
        words_added=len(new.split()),
    )
