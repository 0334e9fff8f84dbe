"""What a report by label has to keep back beside the report of the whole: what the courses without the label would show as a few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Gathered, few, silent

Make = Callable[[Gathered], list[Figure]]
COUNTED: Final = (
    "improved", "unchanged", "deteriorated", "recovered", "rated_at_end", "planned", "unplanned", "not_known",
    "rated_higher", "rated_same", "rated_lower", "ceiling_first", "ceiling_last",
)  # fmt: skip
FOLLOW: Final = {  # what could be worked out from a count that is kept back, or is the same in other words
    "improved": ("not_improved", "improved_of_all"), "deteriorated": ("not_deteriorated", "deteriorated_of_all"),
    "unplanned": ("unplanned_bounds",), "planned": ("unplanned_bounds",), "not_known": ("unplanned_bounds",),
}  # fmt: skip
WHOLE: Final = ("measured", "received", "mean_first")  # with too few in one of these, a group has nothing else


def kept_beside(found: Gathered, make: Make, rest: Gathered | None) -> list[Figure]:
    """Make the figures of a section; with `rest`, the courses that the labels leave out, none by which these could be had.

    The rest's figures are made, too, and never shown: where a count of theirs is kept back because it is a few, the one
    here is kept back as well, since the report of the whole less this one would give it.
    """
    figures = make(found)
    if rest is None:
        return figures
    gone = {(each.group, each.figure) for each in make(rest) if not each.shown and each.figure in (*COUNTED, *WHOLE)}
    gone |= {(group, name) for group, figure in gone for name in FOLLOW.get(figure, ())}
    groups = {group for group, figure in gone if figure in WHOLE}
    return _without(figures, gone, groups, found.smallest)


def _without(
    figures: Sequence[Figure], gone: set[tuple[str, str]], groups: set[str], smallest: int
) -> list[Figure]:  # fmt: skip
    left: list[Figure] = []
    for each in figures:
        if any(each.group == group or each.group.startswith(f"{group}/") for group in groups):
            if each.figure in WHOLE and not any(other.group == each.group for other in left):
                left.append(few(each.section, each.figure, smallest, group=each.group) if not each.shown else silent(each.section, each.figure, group=each.group))  # fmt: skip
        elif (each.group, each.figure) in gone and each.shown:
            left.append(replace(silent(each.section, each.figure, group=each.group), source=each.source))
        else:
            left.append(each)
    return left
