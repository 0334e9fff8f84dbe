"""Which reports are not made at all: those from which a few clients, or one therapist's results, could be had."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fit_toolkit.language import say
from fit_toolkit.report.beside import Beside
from fit_toolkit.report.cells import is_few
from fit_toolkit.report.gathered import Gathered, Mask
from fit_toolkit.store import service


def problem_of(found: Gathered, beside: Beside) -> str:
    """Say why there are no figures of clients in this report; "" where there are."""
    smallest = found.smallest
    if found.people() < smallest:
        return _too_few(found)
    if any(is_few(rest.people(), smallest) for rest in beside.rests):
        if not found.scope.labels:
            return say(
                "Fewer than %(n)s clients have a course that is still open: they could be had by subtraction from the report without open courses.",
                n=smallest,
            )
        return say(
            "Fewer than %(n)s clients in %(what)s without these labels: they could be had by subtraction from the report of all.",
            n=smallest,
            what=found.all_of,
        )
    if not found.scope.labels or of_one_therapist(beside.whole):  # who works alone reports on that work
        return ""
    if of_one_therapist(found):
        return say(
            "Nearly all of these courses are one therapist's: their figures would be figures by therapist, not drawn towards the mean of all."
        )
    if any(of_one_therapist(rest) for rest in beside.rests):
        return say(
            "Nearly all courses without these labels are one therapist's: their figures could be had by subtraction from the report of all."
        )
    if beside.site in _stand_back(beside.sites, beside.whole, smallest):
        return say(
            "Another site is too small for a report of its own; this one stands back beside it, since that could be had by subtraction from the report of all."
        )
    return ""


def _too_few(found: Gathered) -> str:
    if not found.scope.labels:
        if not found.n:
            return say("No course of treatment in this period.")
        return say(
            "Fewer than %(n)s clients in %(what)s: too few to say anything.", n=found.smallest, what=found.all_of
        )
    return say(
        "Fewer than %(n)s clients in %(what)s and have these labels: too few to say anything.",
        n=found.smallest,
        what=found.all_of,
    )


def of_one_therapist(found: Gathered) -> bool:
    """Say whether there is a therapist who treated all clients but a few: what is told of all is told of this one."""
    rows = service.therapists(found.c, found.scope)
    episodes = found.courses["episode_id"]
    mine = np.isin(rows["episode_id"], episodes)
    staff, episode = rows["staff_id"][mine], rows["episode_id"][mine]
    if not len(staff):
        return False
    most = np.argsort(-np.bincount(staff))[
        :2
    ]  # who has the most episodes; of two, groups may make the second the larger
    return any(found.people(~np.isin(episodes, episode[staff == one])) < found.smallest for one in most)


def _stand_back(sites: Mapping[str, Gathered], whole: Gathered, smallest: int) -> set[str]:
    """Give the sites that are not reported: those too small or of one therapist, and the next ones beside them.

    So many more, the smallest first, that all of these together are neither.
    """
    if len(sites) < 3:  # of two sites one is the rest of the other
        return set()
    back = {name for name, site in sites.items() if site.people() < smallest or of_one_therapist(site)}
    left = sorted(sites.keys() - back, key=lambda name: (sites[name].people(), name))
    while back and left:
        together = whole.part(_of(whole, [sites[name] for name in back]))
        if len(back) > 1 and together.people() >= smallest and not of_one_therapist(together):
            break
        back.add(left.pop(0))
    return back


def _of(whole: Gathered, sites: list[Gathered]) -> Mask:
    return np.isin(whole.courses["member_id"], np.concatenate([site.courses["member_id"] for site in sites]))
