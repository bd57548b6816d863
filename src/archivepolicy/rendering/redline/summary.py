"""What stands above a redline: which texts, what they state of themselves, and how much of what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.records.change import COSMETIC, Cls
from archivepolicy.timestamps import iso_time, seconds_between

if TYPE_CHECKING:
    from archivepolicy.records.change import Change, Diff, Repeat, Side

_DAY_S = 86400
_SHOWN_WORDS = 12
CLASS_WORDS = {
    Cls.SUBSTANTIVE: ("substantive change", "substantive changes"),
    Cls.REORDER: ("reordering", "reorderings"),
    Cls.DATE: ("date", "dates"),
    Cls.NUMBER: ("clause number", "clause numbers"),
    Cls.LINK: ("link", "links"),
    Cls.TYPOGRAPHY: ("change of typography", "changes of typography"),
    Cls.FORMAT: ("change of format", "changes of format"),
}


def side_line(side: Side) -> str:
    """One side in a line: its label, when it was captured, how long it is, what it states of itself."""
    facts = [side.label] if side.label else []
    if side.timestamp and iso_time(side.timestamp) not in side.label:
        facts.append(f"captured {iso_time(side.timestamp)}")
    facts.append(f"{side.word_count:,} words")
    facts += [f"states “{stated.text}”" for stated in side.stated_dates]
    return "; ".join(facts)


def verdict_lines(diff: Diff) -> list[str]:
    """What the diff comes to, a sentence each; never empty."""
    if not diff.changes:
        return ["No change: both texts are the same."]
    said = [f"{_counted(diff)}; {diff.words_added:,} words added, {diff.words_removed:,} removed."]
    if not diff.is_substantive and not diff.is_stub:
        said = [f"{_counted(diff)}. No substantive change."]
    if diff.is_silent:
        said.append("Silent: the words changed, and the dates that the policy states of itself did not.")
    if diff.old.timestamp and diff.new.timestamp:
        days = seconds_between(diff.old.timestamp, diff.new.timestamp) // _DAY_S
        said.append(f"{days:,} days lie between the two captures; when within them something changed, they do not say.")
    if diff.old.extractor_version != diff.new.extractor_version:
        said.append(
            f"The texts were extracted by different rules (extractor {diff.old.extractor_version or 'unknown'} and "
            f"{diff.new.extractor_version or 'unknown'}): a difference may be the extraction's, not the policy's."
        )
    return [*said, *diff.notes]


def cosmetic_line(diff: Diff) -> str:
    """How many cosmetic changes are folded, by class; empty where there are none."""
    counts = [(cls, count) for cls, count in diff.counts.items() if cls in COSMETIC]
    if not counts:
        return ""
    number = sum(count for _, count in counts)
    what = ", ".join(f"{count} {CLASS_WORDS[cls][count != 1]}" for cls, count in counts)
    return f"{number} cosmetic {'change' if number == 1 else 'changes'} ({what})"


def repeat_lines(diff: Diff) -> list[str]:
    """Each substitution that recurs, the most frequent first."""
    return [repeat_line(repeat) for repeat in diff.repeats if not repeat.cls.is_cosmetic]


def repeat_line(repeat: Repeat) -> str:
    """One substitution and how often it occurs."""
    old, new = _short(repeat.old), _short(repeat.new)
    if not old:
        return f"“{new}” put in ×{repeat.count}"
    return f"“{old}” taken out ×{repeat.count}" if not new else f"“{old}” → “{new}” ×{repeat.count}"


def section_line(change: Change) -> str:
    """The headings that a change stands under."""
    return " › ".join(change.section or change.old_section) or "(before the first heading)"


def change_words(change: Change) -> str:
    """What a change is, in a few words."""
    what = {
        "insert": "put in",
        "delete": "taken out",
        "modify": "altered",
        "move": "moved",
        "renumber": f"renumbered {change.old_label or ''} → {change.new_label or ''}",
        "link": "link",
        "format": "format",
    }[change.op]
    if change.old_blocks > 1 and change.new_blocks == 1:
        what = f"{change.old_blocks} blocks joined"
    elif change.new_blocks > 1 and change.old_blocks == 1:
        what = f"split into {change.new_blocks} blocks"
    return what if change.op in ("link", "format", "renumber") else f"{what} ({change.cls})"


def _counted(diff: Diff) -> str:
    return ", ".join(f"{count} {CLASS_WORDS[cls][count != 1]}" for cls, count in diff.counts.items())


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words if len(words) <= _SHOWN_WORDS else [*words[:_SHOWN_WORDS], "…"])
