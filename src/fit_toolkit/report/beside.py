"""The reports that can be laid beside one, and what it has to keep back because of them: a few could be had by subtraction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np
from msgspec.structs import replace

from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Gathered, Mask, few, silent
from fit_toolkit.store.labels import SITE, labels_of

Make = Callable[[Gathered], list[Figure]]
Key = tuple[str, str]  # group, figure
WHOLE: Final = (
    "measured",
    "received",
    "received_no_diary",
    "mean_first",
)  # with too few in one of these, a group has nothing else
PARTS: Final = (  # counts that are parts of one whole
    ("improved", "unchanged", "deteriorated"), ("recovered",), ("rated_at_end",), ("planned", "unplanned", "not_known"),
    ("rated_higher", "rated_same", "rated_lower"), ("ceiling_first",), ("ceiling_last",), *((each,) for each in WHOLE),
)  # fmt: skip
COUNTED: Final = frozenset(name for parts in PARTS for name in parts)
FOLLOW: Final = {  # what could be worked out from a count that is kept back, or is the same in other words
    "improved": ("not_improved", "improved_of_all"), "deteriorated": ("not_deteriorated", "deteriorated_of_all"),
    "unplanned": ("unplanned_bounds",), "planned": ("unplanned_bounds",), "not_known": ("unplanned_bounds",),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Beside:
    """What other reports have more than one, or less; and, where it is of one site, the same of every site.

    `wider`: the reports with fewer labels, or none. `rests`: the courses by which the report differs from each of these, and
    from the one without the open courses. `sites`: every site with all of its courses, "" for those at none; `site` is that of the report.
    """

    whole: Gathered
    wider: tuple[Gathered, ...] = ()
    rests: tuple[Gathered, ...] = ()
    sites: Mapping[str, Gathered] = field(default_factory=dict)
    site: str = ""

    @classmethod
    def of(cls, found: Gathered) -> Beside:
        """Find them."""
        labels = found.scope.labels
        whole = found.whole() if labels else found
        wider, rests = [], []
        for which, rest in _without_some(whole, labels) if labels else ():
            wider.append(whole if which.all() else whole.part(which))
            rests += [whole.part(rest)] if rest.any() else []
        still_open = found.courses["open"] != 0
        if found.people(~still_open) >= found.smallest and still_open.any():  # else there is no report without them
            rests.append(found.part(still_open))
        site = next((label for label in labels if label.startswith(SITE)), "")
        return cls(whole, tuple(wider), tuple(rests), _sites(whole, labels) if site else {}, site)


def _without_some(whole: Gathered, labels: Sequence[str]) -> Iterator[tuple[Mask, Mask]]:
    """Give, for each report with some of the labels or none, its courses, and those it has more than that with all of them."""
    marked = _marked(whole, labels)
    mine = np.logical_and.reduce([marked[label] for label in labels])
    for count in range(len(labels)):
        for some in combinations(labels, count):
            wider = np.ones(whole.n, bool)
            for label in some:
                wider &= marked[label]
            yield wider, wider & ~mine


def _marked(whole: Gathered, labels: Sequence[str]) -> dict[str, Mask]:
    own = labels_of(whole.c, whole.courses["episode_id"].tolist())
    episodes = whole.courses["episode_id"]
    return {label: np.isin(episodes, [id for id, those in own.items() if label in those]) for label in labels}


def _sites(whole: Gathered, labels: Sequence[str]) -> dict[str, Gathered]:
    """Give the courses of each site that have the other labels, too."""
    own = labels_of(whole.c, whole.courses["episode_id"].tolist())
    others = {label for label in labels if not label.startswith(SITE)}
    at: dict[str, list[int]] = {}
    for place, episode in enumerate(whole.courses["episode_id"].tolist()):
        those = own.get(episode, ())
        if others <= set(those):
            at.setdefault(next((label for label in those if label.startswith(SITE)), ""), []).append(place)
    return {site: whole.part(np.isin(np.arange(whole.n), at[site])) for site in sorted(at)}


def kept_beside(found: Gathered, make: Make, beside: Beside) -> list[Figure]:
    """Make the figures of a section, and leave out those by which a few clients could be had from other reports.

    The figures of the rests and of the other sites are made, too, and never shown: where a count there is kept back
    because it is a few, the one here is kept back as well, since the one report less the other would give it. So is what
    a wider report keeps back, since the narrower ones together would give that.
    """
    figures = make(found)
    gone = {key for other in (*beside.rests, *beside.wider) for key in _hidden(make(other))}
    if len(beside.sites) > 2:  # of two sites, one is the rest of the other
        gone |= _beside_sites({site: make(each) for site, each in beside.sites.items()}, beside.site)
    gone |= {(group, name) for group, figure in gone for name in FOLLOW.get(figure, ())}
    groups = {group for group, figure in gone if figure in WHOLE}
    return _without(figures, gone, groups, found.smallest) if gone else figures


def _hidden(figures: Sequence[Figure]) -> set[Key]:
    return {(each.group, each.figure) for each in figures if not each.shown and each.figure in COUNTED}


def _beside_sites(made: Mapping[str, Sequence[Figure]], site: str) -> set[Key]:
    """Give what a site keeps back so that no other's can be had from the whole and all the rest.

    Where something is kept back at some sites, so it is at the smallest others that have any of it: then the whole less
    what is shown is never those of the first alone. Every site's report comes to the same.
    """
    by_site = {name: {(each.group, each.figure): each for each in figures} for name, figures in made.items()}
    gone: set[Key] = set()
    for group in sorted({group for figures in by_site.values() for group, _ in figures}):
        for parts in PARTS:
            keys = [(group, name) for name in parts]
            few_there = {
                name: {key for key in keys if key in figures and not figures[key].shown}
                for name, figures in by_site.items()
            }
            wanted = set().union(*few_there.values())
            keeping = {name for name, those in few_there.items() if those}
            left = set(wanted)
            for name in sorted(by_site, key=lambda name: (_n(by_site[name], keys), name)):
                helps = {key for key in left if name not in keeping and _n(by_site[name], [key], count=True)}
                if helps:
                    keeping.add(name)
                    left -= helps
            if site in keeping:
                gone |= wanted
    return gone


def _n(figures: Mapping[Key, Figure], keys: Sequence[Key], *, count: bool = False) -> int:
    """How many courses a site's figures are about, or how many of them are counted."""
    shown = [figures[key] for key in keys if key in figures and figures[key].shown]
    return max(((each.n or 0) if not count or each.count is None else each.count for each in shown), default=0)


def _without(
    figures: Sequence[Figure], gone: set[Key], groups: set[str], smallest: int
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
