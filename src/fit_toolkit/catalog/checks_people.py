"""What a schema cannot say about figures for some people only, names of columns, and suggested policies."""

from __future__ import annotations

from collections.abc import Iterator

from fit_toolkit.catalog.checks_items import Problem, repeated
from fit_toolkit.catalog.convert import nearest
from fit_toolkit.catalog.yaml import Path
from fit_toolkit.model.instrument import Instrument, Who

OLDEST = 130
COLUMNS = (  # what an import takes a column of this name for
    "client", "therapist", "episode", "session", "date", "rater", "occasion", "instrument", "item", "scale", "value",
    "mode", "language", "rated_at", "dates_assumed", "response_id",
)  # fmt: skip


def check_who(instrument: Instrument) -> Iterator[Problem]:
    """Whoever a figure is about can exist, and answers this form."""
    for number, scale in enumerate(instrument.scales):
        for name in ("cutoffs", "band_sets", "tables"):
            for position, each in enumerate(getattr(scale, name)):
                if each.who is not None:
                    yield from _who(instrument, each.who, ("scales", number, name, position, "who"))
    for number, test in enumerate(instrument.tests):
        if test.person is not None and test.person.rater not in (None, *instrument.raters):
            message = f"'{test.person.rater}' does not answer this form"
            yield ("tests", number, "person", "rater"), "FI281", message


def _who(instrument: Instrument, who: Who, path: Path) -> Iterator[Problem]:
    if who.sex is None and who.age is None and who.rater is None:
        yield path, "FI280", "says nobody in particular; leave `who` out for a figure that is about everybody"
    if who.age is not None and not 0 <= who.age[0] <= who.age[1] <= OLDEST:
        yield (*path, "age"), "FI280", f"ages have to rise, from 0 to {OLDEST} at most"
    if who.rater is not None and who.rater not in instrument.raters:
        yield (*path, "rater"), "FI281", f"'{who.rater}' does not answer this form"


def check_aliases(instrument: Instrument) -> Iterator[Problem]:
    """A name of a column means one item."""
    own = {item.id: "an item" for item in instrument.items} | {scale.id: "a scale" for scale in instrument.scales}
    seen: dict[str, str] = {}
    for number, item in enumerate(instrument.items):
        for position, alias in enumerate(item.aliases):
            path: Path = ("items", number, "aliases", position)
            if alias in own:
                yield path, "FI282", f"'{alias}' is the id of {own[alias]}"
            elif alias in seen:
                yield path, "FI282", f"'{alias}' is already another name of '{seen[alias]}'"
            elif alias in COLUMNS:
                yield path, "FI282", f"a column '{alias}' means something else in every file"
            elif alias != alias.strip():
                yield path, "FI282", f"'{alias}' begins or ends with a space"
            seen.setdefault(alias, item.id)


def check_suggests(instrument: Instrument) -> Iterator[Problem]:
    """Suggested policies look at something that is there, by somebody who answers."""
    known = {scale.id for scale in instrument.scales} | {item.id for item in instrument.number_items}
    ids = [each.id for each in instrument.suggests]
    for id in repeated(ids):
        place = len(ids) - 1 - ids[::-1].index(id)
        yield ("suggests", place, "id"), "FI204", f"the id '{id}' is used twice"
    items = {item.id for item in instrument.number_items}
    risky = {risk.item for risk in instrument.risk}
    for number, each in enumerate(instrument.suggests):
        path: Path = ("suggests", number)
        if each.scale and each.scale not in known:
            hint = nearest(each.scale, known)
            yield (*path, "scale"), "FI283", f"there is no scale or item '{each.scale}'; {hint}"
        elif each.kind == "risk" and each.scale not in (risky if "trigger" not in each.parameters else items):
            message = "a suggestion of kind risk names an item under `risk`, or an item and a `trigger` of its own"
            yield (*path, "scale"), "FI283", message
        if each.rater is not None and each.rater not in instrument.raters:
            yield (*path, "rater"), "FI281", f"'{each.rater}' does not answer this form"
