"""The first section: of the ratings that the plan asked for, how many came in, by form and rater."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fit_toolkit.analysis.portions import share
from fit_toolkit.language import mark, say
from fit_toolkit.model.people import PlanEntry
from fit_toolkit.report.completion import Asked, Rhythm, completion
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Gathered, Ints, Mask, few
from fit_toolkit.report.words import defined
from fit_toolkit.store import diary, service
from fit_toolkit.store.schema import OCCASIONS

SECTION = "completion"
WITH_DIARY, WITHOUT = "received", "received_no_diary"
DIARY = mark("sessions are known from the diary")
RATINGS_ONLY = mark(
    "no appointments are kept: a session shows only by what was rated, so what is missing is not all seen"
)
NO_PLAN = mark("no plan is kept: taken as expected at every session")


def came_in(found: Gathered) -> list[Figure]:
    """Count what was expected and what came in, apart for courses whose contacts are in the diary and those without."""
    episodes = set(found.courses["episode_id"].tolist())
    plan = [each for each in diary.list_plan(found.c) if each.episode_id is None or each.episode_id in episodes]
    asked = _asked(found, plan)
    kept = np.isin(found.courses["episode_id"], service.kept_in_diary(found.c, found.scope))
    twice = {key for key in asked if sum(other[:2] == key[:2] for other in asked) > 1}
    figures: list[Figure] = []
    for key in asked:
        rows = found.forms(key[0], key[1])
        mine = rows["occasion"] == OCCASIONS.index(key[2])
        rhythm = Rhythm.of(plan, key, found.courses["episode_id"]) if plan else Rhythm.every_session(found.n)
        expected, came = completion(found.grid, rhythm, rows["course"][mine], rows["day"][mine])
        group = "/".join(key if key in twice else key[:2])
        for name, which, basis in ((WITH_DIARY, kept, DIARY), (WITHOUT, ~kept, RATINGS_ONLY)):
            note = say(basis) if plan else f"{say(basis)}; {say(NO_PLAN)}"
            figures += _counted(found, (name, group, note), expected, came, which)
    return figures


def _asked(found: Gathered, plan: list[PlanEntry]) -> list[Asked]:
    if not plan:
        return [key for key in found.rated if key[0] in found.readable]
    return sorted(
        {
            (each.instrument, each.rater, each.occasion)
            for each in plan
            if (each.every_sessions, each.every_days) != (0, None)
        }
    )


def _counted(
    found: Gathered, named: tuple[str, str, str], expected: Ints, came: Ints, which: Mask
) -> Iterator[Figure]:  # fmt: skip
    name, group, note = named
    which = which & (expected > 0)
    courses = int(which.sum())
    if not courses:
        return
    if found.people(which) < found.smallest:
        yield few(SECTION, name, found.smallest, group=group)
        return
    portion = share(came[which], expected[which])
    yield Figure(section=SECTION, figure=name, group=group, count=portion.count, n=portion.n,
                 of=say("forms expected in %(n)s courses", n=courses), value=portion.value, low=portion.low, high=portion.high,
                 unit="share", note=note, definition=defined(name), source="plan and diary of the practice")  # fmt: skip
