"""Tries a plugin in a made-up practice: an alert by its policy on a sheet, its section, its instruments' own tests.

What needs no practice is tried by `engine.conformance`; `all_cases` gives both, for `fit plugins check` and for pytest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fit_toolkit.course import Example
from fit_toolkit.engine import samples
from fit_toolkit.engine.conformance import Case, Hint, Trial
from fit_toolkit.engine.conformance.cases import Attempt, cases, label
from fit_toolkit.engine.conformance.sections import SectionTrial
from fit_toolkit.engine.records import Provided
from fit_toolkit.engine.sections import view_of
from fit_toolkit.engine.workers import Workers
from fit_toolkit.errors import ContractError, FitError
from fit_toolkit.practice.made_up import LOWER, MADE_UP, START, WEEK, Clock, MadeUpPractice
from fit_toolkit.settings.suggested import as_toml

RATINGS = (8.0, 7.5, 8.5, 8.0, 6.0, 7.0, 3.0)
MARK = "<script>&\"'"


def all_cases(trial: Trial) -> Iterator[Case]:
    """Give every case of one plugin."""
    yield from trial.cases(_in_practice)
    yield from _instruments(trial)


def _in_practice(trial: Trial, provided: Provided) -> Iterator[Case]:
    attempts: dict[str, tuple[str, Attempt]] = {}
    if provided.thing.what == "policy":
        attempts["sheet"] = ("the sheet can be made with an alert by it", lambda: _policy_on_sheet(trial, provided))
    if provided.thing.what == "section":
        for name, ratings in {"no rating": (), "one rating": (7.0,), "many ratings": RATINGS * 3}.items():
            attempts[f"sheet-{name.replace(' ', '-')}"] = (
                f"the sheet of a client with {name} can be made with it",
                partial(_section_on_sheet, trial, provided, ratings),
            )
        attempts["escaped"] = ("its template shows strange text as text", lambda: _escapes(trial, provided))
    yield from cases(label(provided), attempts)


@contextmanager
def _practice(provided: Provided, table: str, days: int = 0) -> Iterator[MadeUpPractice]:
    """A practice in which the plugin is switched on and one table more stands in fit.toml."""
    source = provided.source
    on = START + timedelta(days=days)
    with tempfile.TemporaryDirectory(prefix="fit-check-") as folder:
        made = MadeUpPractice(Path(folder, "practice"), Clock(datetime(on.year, on.month, on.day, 20, 0, tzinfo=UTC)))
        try:
            if source.origin == "drop-in":
                made.drop_in(Path(source.file))
            elif source.opt_in:
                made.enable([source.name])
            made.configure(table)
            yield made
        finally:
            made.close()


def _policy_on_sheet(trial: Trial, provided: Provided) -> str:
    if trial.bench.hangs:
        return "it does not answer in time"
    thing = provided.thing
    example = thing.fires_on
    parameters = {} if example is None else dict(example.parameters)
    written = {name for name, value in parameters.items() if isinstance(value, Mapping)}  # in full, not by a name
    needed = [each.name for each in thing.parameters if each.required and each.role and each.name not in written]
    if needed:
        return Hint(f"it needs {', '.join(needed)}, which no made-up practice has")
    given = (parameters or samples.parameters(thing, required_only=True)) | trial.parameters(provided)
    usable = {each.name for each in thing.parameters if each.role in {"", "rating"}} | written
    upside_down = example is not None and not example.higher_is_better
    instrument, scale = ("arriving-today", "q7") if thing.item else (LOWER if upside_down else MADE_UP, "total")
    table = _table("policies", {
        "id": "tried", "kind": thing.kind, "instrument": instrument, "scale": scale,
        **{name: value for name, value in given.items() if name in usable and value is not None},
    })  # fmt: skip
    ratings, days = _as_rated(example)
    with _practice(provided, table, days[-1] if days else 0) as made:
        lines = dict.fromkeys(samples.lines(thing, given), 5.0) | (example.limits if example is not None else {})
        if lines:
            made.lines(lines)
        made.client("k01")
        others = example.other if example is not None and example.other else (None,) * len(ratings)
        for value, other, day in zip(ratings, others, days, strict=True):
            on = START + timedelta(days=day)
            flagged = {"q7": (None if value else 0.0) if thing.left_out else value} if thing.item else None
            made.rate("k01", on, value, flagged, instrument=instrument)
            if other is not None:
                made.rate("k01", on, other, instrument=instrument, rater="therapist")
        result = made.run()
        if result.failures:
            return "; ".join(f"{row['thing']}: {row['error']}" for row in result.failures)
        if _says_it_all(example, usable) and not made.alerts():
            return "no alert came of the ratings of its example (fires_on)"
        html, problems = made.sheet("k01")
        return "; ".join(problems) or _whole(html)


def _section_on_sheet(trial: Trial, provided: Provided, ratings: tuple[float, ...]) -> str:
    parameters = SectionTrial(provided, trial.parameters(provided), trial.bench).parameters
    table = _table("sections", {"kind": provided.kind, **parameters})
    with _practice(provided, table, WEEK * len(ratings)) as made:
        made.client("k01", ratings)
        html, problems = made.sheet("k01", page=provided.thing.page or "therapist")
        return "; ".join(problems) or _whole(html)


def _escapes(trial: Trial, provided: Provided) -> str:
    """Put strange text in the place of every text of the data: it must come out as text."""
    from fit_toolkit.sheets.render import render

    section = SectionTrial(provided, trial.parameters(provided), trial.bench)
    data = section.data(view_of(section.rows(12), as_of=datetime(2030, 1, 1, tzinfo=UTC).date(), language="en"))
    if data is None:
        return Hint("it shows nothing about twelve made-up sessions: give parameters with which it does")
    folders = trial.registry.template_folders
    try:
        html = render(provided.thing.template, _strange(data), folders=folders)
    except FitError as error:
        return ContractError(str(error)).what
    return "a text of the data comes out as HTML: leave out |safe" if "<script>" in html else ""


class _Strange(str):
    """A text that is compared as it is and shown with something strange behind it."""

    __slots__ = ()

    def __str__(self) -> str:
        return super().__str__() + MARK


def _strange(value: Any) -> Any:
    if isinstance(value, str):
        return _Strange(value)
    if isinstance(value, dict):
        return {name: _strange(each) for name, each in value.items()}
    return [_strange(each) for each in value] if isinstance(value, list) else value


def _instruments(trial: Trial) -> Iterator[Case]:
    """Check every definition that the plugin brings, and run its worked tests."""
    for place in trial.registry.instrument_paths:
        files = [place] if place.is_file() else sorted(place.iterdir(), key=lambda each: str(each.name))
        for file in (each for each in files if str(each.name).endswith((".yaml", ".yml", ".json"))):
            yield from cases(f"instrument {str(file.name).rpartition('.')[0]}", {
                "checked": ("its definition has no findings", partial(_checked, trial, file)),
                "tested": ("its worked tests come out", partial(_tested, trial, file)),
            })  # fmt: skip


def _checked(trial: Trial, file: Any) -> str:
    from fit_toolkit.catalog import build, bundled
    from fit_toolkit.scoring import check_definition

    catalog = build([bundled()])
    return "; ".join(str(finding) for finding in check_definition(file, catalog, _rules(trial)))


def _tested(trial: Trial, file: Any) -> str:
    from fit_toolkit.catalog import build
    from fit_toolkit.scoring import run_tests

    catalog = build([file.parent if hasattr(file, "parent") else file])
    instrument = catalog.get(str(file.name).rpartition(".")[0])
    if not instrument.tests:
        return Hint("add `tests:` with answers and the scores that the publication gives")
    failures = run_tests(instrument, _rules(trial))
    return "; ".join(f"{failure.name}: {failure.message}" for failure in failures)


def _rules(trial: Trial) -> dict[str, Any]:
    """The toolkit's own scoring rules and those of the plugin."""
    from fit_toolkit.scoring import bundled_rules

    workers = trial.bench.workers("open")
    own = {
        kind: partial(_compute, workers, rule)
        for kind, rule in trial.registry.rules.items()
        if rule.plugin == trial.info.name
    }
    return {**bundled_rules(), **own}


def _compute(workers: Workers, rule: Provided, answers: Any, scale: Any) -> Any:
    return workers.compute(rule, scale.parameters, answers, scale)


def _table(name: str, values: Mapping[str, Any]) -> str:
    lines = [f"{key} = {as_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join([f"[[{name}]]", *lines])


def _as_rated(example: Example | None) -> tuple[tuple[float, ...], tuple[int, ...]]:
    ratings = RATINGS if example is None or not example.ratings else example.ratings
    days = example.days if example is not None and example.days else tuple(WEEK * at for at in range(len(ratings)))
    return tuple(min(max(rating, 0.0), 10.0) for rating in ratings), days


def _says_it_all(example: Example | None, usable: set[str]) -> bool:
    """Whether the example is one that the made-up practice can rate as it stands."""
    if example is None or not example.ratings or example.due is not None:
        return False
    return example.parameters.keys() <= usable


def _whole(html: str) -> str:
    return "" if html.rstrip().endswith("</html>") else "the sheet is not whole"
