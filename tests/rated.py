"""A practice with many clients rated weekly, written in one go: for tests of what is reckoned over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pandas as pd

from fit_toolkit import scoring
from fit_toolkit.model.records import NewAdministration
from fit_toolkit.store import people, ratings
from tests.clinic import START, TODAY, Clinic


def rated_clinic(
    root: Path,
    courses: Mapping[str, Sequence[float]],
    therapists: Sequence[str] = ("anna", "ben"),
    *,
    instrument: str = TODAY,
    closed: int | None = None,
) -> Clinic:
    """Open an episode for each client, with the therapists in turn, and give every item of a session one value.

    With `closed`, close them all on that day.
    """
    clinic = Clinic(root)
    form = clinic.practice.catalog.get(instrument)
    scored = [item.id for item in form.number_items if item.scored]
    with clinic.practice.store.begin() as c:
        rows, answers = [], []
        for number, (client, values) in enumerate(courses.items()):
            people.add_client(c, client, at=clinic.clock())
            therapist = therapists[number % len(therapists)]
            people.open_episode(c, [client], therapist=therapist, opened_on=START)
            (found,) = people.find_open_episodes(c, client, START)
            (pair,) = people.pairs_of(c, [found.member_id]).values()
            for week, value in enumerate(values):
                numbers: dict[str, float | None] = dict.fromkeys(scored, float(value))
                answers.append(numbers)
                rows.append(
                    NewAdministration(
                        member_id=found.member_id, instrument=instrument, version=form.version,
                        definition_hash=clinic.practice.catalog.hash(instrument), rater=form.raters[0],
                        session_on=START + timedelta(days=7 * week), occasion=form.usual_occasion, mode="paper",
                        raw={k: str(v) for k, v in numbers.items()}, numbers=numbers, entered_by="test",
                        entered_at=clinic.clock(), pair_id=pair,
                    )
                )  # fmt: skip
        scores = scoring.score(form, pd.DataFrame(answers)).to_dict("records")
        ratings.add_administrations(c, rows, scores, [], at=clinic.clock())
        for episode in people.list_episodes(c) if closed is not None else ():
            people.close_episode(c, episode.code, on=START + timedelta(days=closed or 0), reason="ended as planned")
    return clinic
