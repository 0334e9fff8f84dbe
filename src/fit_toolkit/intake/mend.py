"""Mistakes mended: a form moved to the client it belongs to, or voided; both episodes are looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs
from pandas import DataFrame

from fit_toolkit.catalog import Catalog
from fit_toolkit.errors import DataError
from fit_toolkit.intake.write import known_of, results
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import Administration, Change
from fit_toolkit.store import Store, people, ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection


def forms_of(store: Store, client: str, *, all_states: bool = False) -> list[Administration]:
    """List a client's forms with their ids, oldest first."""
    with store.read() as c:
        people.client_id(c, client)
        members = [each.member_id for each in people.candidates(c, [client]).get(client, [])]
        return ratings.history(c, members, valid_only=not all_states)


def void(store: Store, administration: int, change: Change, *, dry_run: bool = False) -> Administration:
    """Take a form out of use; return it as it was."""
    with store.begin(dry_run=dry_run) as c:
        found = ratings.get(c, administration)
        ratings.void(c, administration, change)
    return found


def take_back(store: Store, administration: int, change: Change) -> None:
    """Take a form back that has just been typed; what it had corrected stands again."""
    with store.begin() as c:
        ratings.take_back(c, administration, change)


def move(
    store: Store,
    catalog: Catalog,
    administration: int,
    client: str,
    change: Change,
    *,
    episode: str = "",
    dry_run: bool = False,
) -> int:
    """Move a form to the episode the right client had open on its day; return its new id."""
    with store.begin(dry_run=dry_run) as c:
        form = ratings.get(c, administration)
        open_then = people.find_open_episodes(c, client, form.session_on)
        fitting = [each for each in open_then if not episode or each.episode == episode]
        if not fitting:
            raise DataError(f"the client has no such episode open on {form.session_on}", hint="fit episodes list")
        if len(fitting) > 1:
            raise DataError(
                f"{len(fitting)} episodes are open on {form.session_on}",
                hint="fit episodes list; choose with --episode",
            )
        target = fitting[0]
        pair = None
        if form.pair_id is not None or catalog.get(form.instrument).construct == "alliance":
            (opened,) = people.list_episodes(c, ids=[target.episode_id])
            assigned = opened.therapist_on(form.session_on)
            staff = form.rater_staff_id or (assigned.staff_id if assigned else 0)
            pair = people.pairs_of(c, [target.member_id]).get((target.member_id, staff))
            if pair is None:
                raise DataError(
                    "this form belongs to a client and a therapist who never worked together in that episode",
                    hint="fit episodes transfer or assign first",
                )
        scores = None
        if form.instrument in catalog and form.definition_hash == catalog.hash(form.instrument):
            scores = _scores_of(c, catalog.get(form.instrument), form, target.member_id)
        return ratings.move(c, administration, target.member_id, change, pair_id=pair, scores=scores)


def _scores_of(c: Connection, instrument: Instrument, form: Administration, member: int) -> list[dict[str, Any]] | None:
    """Score a form again for another person, where that makes a difference; what a plugin has scored stays."""
    if not instrument.is_keyed:
        return None
    known = known_of([(*people.persons_of(c, [member])[member], form.session_on, form.rater)])
    totals = bool(form.scores) and all(score.status == "entered" for score in form.scores)
    numbers = DataFrame([form.numbers], dtype="float64")
    made, _ = results(instrument, numbers, totals=totals, rules=None, people=known)
    of_plugins = {scale.id for scale in instrument.scales if scale.method == "plugin"}
    kept = [{"row": 0, **structs.asdict(score)} for score in form.scores if score.scale in of_plugins]
    return [row for row in made if row["scale"] not in of_plugins] + kept
