"""Norm sets as files: written so that the same figures give the same text, and checked against the instruments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from fit_toolkit.catalog.catalog import Catalog
from fit_toolkit.catalog.quoting import quoted
from fit_toolkit.errors import FitError
from fit_toolkit.model.norms import NOISE_CLIENTS, Norm, NormSet

_HEAD = """\
# Estimated from this practice's own ratings by `fit norms estimate`. Local and unreviewed: nobody else has looked at these figures.
# A norm set is never changed, because alerts rest on it: estimate a new one under another name, and name that in fit.toml.
"""


def norms_text(norms: NormSet) -> str:
    """Write a norm set as YAML."""
    given = {name: getattr(norms, name) for name in norms.__struct_fields__ if name != "norms"}
    rows = [msgspec.structs.asdict(norm) for norm in norms.norms]
    lines = [f"{name}: {_value(value)}\n" for name, value in given.items()]
    lines.append("norms:\n")
    for row in rows:
        known = [(name, value) for name, value in row.items() if value is not None]
        lines += [f"  {'- ' if not nth else '  '}{name}: {_value(value)}\n" for nth, (name, value) in enumerate(known)]
    return _HEAD + "".join(lines)


def norm_problems(norms: NormSet, name: str, catalog: Catalog) -> Iterator[str]:
    """Say what is wrong with a norm set that stands in a file called `name`."""
    if norms.id != name:
        yield f"the file is called {name}, so the id has to be the same, or the other way"
    seen: set[tuple[str, str, str, str | None]] = set()
    for norm in norms.norms:
        key = (norm.instrument, norm.scale, norm.rater, norm.occasion)
        words = " ".join(each for each in key if each)
        if key in seen:
            yield f"{words}: given twice"
        seen.add(key)
        yield from (f"{words}: {problem}" for problem in _of_norm(norm, norms.kind, catalog))


def _of_norm(norm: Norm, kind: str, catalog: Catalog) -> Iterator[str]:
    try:
        instrument = catalog.get(norm.instrument)
        view = instrument.watchable(norm.scale)
    except FitError as error:
        yield str(error)
        return
    if norm.rater not in instrument.raters:
        yield f"{norm.instrument} is not answered by the {norm.rater}"
    if not view.minimum <= norm.mean <= view.maximum:
        yield f"the mean lies outside the scale, {view.minimum:g} to {view.maximum:g}"
    width = view.maximum - view.minimum
    for name in ("sd_between", "sd_within"):
        if getattr(norm, name) > width:
            yield f"{name} is larger than the scale is wide, {width:g}"
    if kind == "local" and norm.n_clients < NOISE_CLIENTS:
        yield f"rests on {norm.n_clients} clients; {NOISE_CLIENTS} are needed"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        quoted(value)
        if isinstance(value, str)
        else f"{value:.6f}".rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
    )
