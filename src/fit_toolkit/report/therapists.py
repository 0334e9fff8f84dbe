"""The last section, only where it was agreed on: how much therapists differ, and each one's estimate drawn towards the mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fit_toolkit.language import decimals, mark, plural, say
from fit_toolkit.report.cells import is_few
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Gathered, Ints, silent
from fit_toolkit.report.outcomes import CONSTRUCTS
from fit_toolkit.report.variation import CLIENTS, THERAPISTS, Variation, variation
from fit_toolkit.report.words import defined
from fit_toolkit.store import service

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument

SECTION = "therapists"
SETTING = "governance.therapist_figures"
NOT_AGREED = mark("not given: the practice has not agreed on figures by therapist (%(setting)s in fit.toml)")


def therapists(found: Gathered, rests: Sequence[Gathered] = ()) -> list[Figure]:
    """Give the share between therapists and the estimates, in the order of their codes: no ranking.

    `rests` are the courses by which other reports differ from this one: where they hold a few of one therapist's clients,
    there are no figures here, since the one report less the other would be about these.
    """
    if not found.settings.text(SETTING):
        return [silent(SECTION, "variation_share", note=say(NOT_AGREED, setting=SETTING))]
    streams = [(form, rater, found.ends(found.values(form.id, rater))) for form, rater in found.streams(*CONSTRUCTS)]
    if not streams:
        return [silent(SECTION, "variation_share", note=say("not given: no outcome was rated"))]
    form, rater, ends = max(streams, key=lambda each: (int(each[2].measured.sum()), each[0].id))
    whose, codes = _whose(found)
    if any(_holds_a_few(rest) for rest in rests):
        note = say("not given: a few of one therapist's clients could be had by subtraction from another report")
        return [silent(SECTION, "variation_share", group=f"{form.id}/{rater}", note=note)]
    used = np.flatnonzero(ends.measured & (whose >= 0))
    made = variation(ends.first[used], ends.last[used], whose[used], _better(form), smallest=found.smallest)
    group = f"{form.id}/{rater}"
    if made is None:
        note = say(
            "too few to say anything: %(n)s therapists with %(clients)s clients each are needed",
            n=THERAPISTS,
            clients=CLIENTS,
        )
        return [silent(SECTION, "variation_share", group=group, note=note)]
    return _figures(made, group, codes, say("figures by therapist: %(agreed)s", agreed=found.settings.text(SETTING)))


def _better(form: Instrument) -> int:
    return 1 if form.scale_direction(form.main_scale) == "higher_is_better" else -1


def _whose(found: Gathered) -> tuple[Ints, dict[int, str]]:
    """Give the therapist of each course that had one throughout, else -1: what two did together is neither's figure."""
    rows = service.therapists(found.c, found.scope)
    whose = np.full(found.n, -1, np.int64)
    if len(rows["episode_id"]):
        pairs = np.unique(np.column_stack((rows["episode_id"], rows["staff_id"])), axis=0)
        episodes, first, counts = np.unique(pairs[:, 0], return_index=True, return_counts=True)
        place = np.minimum(np.searchsorted(episodes, found.courses["episode_id"]), len(episodes) - 1)
        one = (episodes[place] == found.courses["episode_id"]) & (counts[place] == 1)
        whose[one] = pairs[first[place[one]], 1]
    return whose, dict(zip(rows["staff_id"].tolist(), rows["code"].tolist(), strict=True))


def _holds_a_few(rest: Gathered) -> bool:
    whose, _ = _whose(rest)
    return any(is_few(rest.people(whose == one), rest.smallest) for one in np.unique(whose[whose >= 0]))


def _figures(made: Variation, group: str, codes: dict[int, str], agreed: str) -> list[Figure]:
    of = say("courses with %(n)s therapists", n=made.therapists)
    figures = [
        Figure(section=SECTION, figure="variation_share", group=group, n=made.clients, of=of, value=made.share, unit="share",
               note=decimals(say("variance between %(between)s, within %(within)s", between=f"{made.between:.4g}", within=f"{made.within:.4g}")), definition=defined("variation_share")),
        Figure(section=SECTION, figure="variation_by_chance", group=group, n=made.clients, of=of, value=made.by_chance, unit="share",
               definition=defined("variation_by_chance")),
    ]  # fmt: skip
    for each in sorted(made.shown, key=lambda each: codes[each.who].casefold()):
        figures.append(  # noqa: PERF401 - one figure to a therapist, readable
            Figure(section=SECTION, figure="therapist", group=codes[each.who], n=each.n, of="courses", value=each.value, low=each.low,
                   high=each.high, unit="points", note=agreed, definition=defined("therapist"))
        )  # fmt: skip
    if made.others:
        note = plural(
            "%(num)s more therapist with %(courses)s courses: too few to say anything",
            "%(num)s more therapists with %(courses)s courses: too few to say anything", made.others, courses=made.their_clients,
        )  # fmt: skip
        figures.append(silent(SECTION, "therapist", note=note))
    return figures
