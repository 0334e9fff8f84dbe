"""One paper form into the store, by the same checks as a file, in a transaction of its own."""

from __future__ import annotations

from datetime import date

import msgspec

from fit_toolkit.catalog import Catalog
from fit_toolkit.errors import DataError
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.layout import CONTEXT
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.records import Ask
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.parts import RawTable
from fit_toolkit.model.records import Administration
from fit_toolkit.scoring import Rules, left_out_of
from fit_toolkit.store import Store, people, ratings


class PaperForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it lies on the desk: whose, of which day, and what was marked."""

    client: str
    session_on: date
    raw: dict[str, str]
    therapist: str = ""
    episode: str = ""
    rater: str = ""
    occasion: str = ""


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a typed form; `new` is False when it was there already with the same answers."""

    administration: Administration
    episode_id: int
    new: bool
    batch: int | None
    flagged: tuple[str, ...]
    left_out: tuple[str, ...]


def enter(
    store: Store, catalog: Catalog, instrument: Instrument, form: PaperForm, ask: Ask, *, rules: Rules | None = None
) -> Entered:
    """Store one form, or say that it is there; what is wrong with it is in the `findings` of a DataError.

    The findings may name episodes and so belong on the screen; the text of the error names nobody.
    """
    context = {
        "client": form.client, "therapist": form.therapist, "episode": form.episode, "session": "",
        "date": form.session_on.isoformat(), "rater": form.rater, "occasion": form.occasion,
        "instrument": instrument.id,
    }  # fmt: skip
    items = [item.id for item in instrument.items]
    table = RawTable(
        columns=(*CONTEXT, *items),
        rows=[[*(context[name] for name in CONTEXT), *(form.raw.get(id, "") for id in items)]],
        lines=[1],
    )
    mapping = Map(instrument=instrument.id, columns={name: name for name in table.columns})
    outcome = run_import(store, catalog, table, mapping, ask, file="form", rules=rules)
    if outcome.problems:
        raise DataError("the form cannot be taken as it is", findings=outcome.problems)
    if not any(text.strip() for text in form.raw.values()):
        raise DataError("nothing is marked on this form", hint="a form without answers is not entered")
    with store.read() as c:
        ids = [each.administration for each in outcome.stored] or list(outcome.there)
        found = ratings.get(c, ids[0])
        (member,) = [each for each in people.list_members(c) if each.id == found.member_id]
    return Entered(
        administration=found,
        episode_id=member.episode_id,
        new=outcome.written,
        batch=outcome.batch,
        flagged=tuple(each.item for each in found.risks),
        left_out=tuple(sorted(left_out_of(instrument, found.raw, found.numbers))),
    )
