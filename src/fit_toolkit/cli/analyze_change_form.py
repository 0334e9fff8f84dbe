"""What `fit analyze change` takes from an instrument: direction, published points of reliable change, and cut-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from fit_toolkit.cli.context import App
from fit_toolkit.cli.output import visible
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument, Scale
    from fit_toolkit.model.scale import Cutoff, ReliableChange

PUBLISHED = "published"


def of_instrument(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """Give the options as they are with the figures of `--instrument`, and say whose they are; figures typed in go before."""
    if given["instrument"] is None:
        if given["scale"]:
            raise UsageError("--scale is one of an instrument", hint="--instrument ID")
        if isinstance(given["cutoff"], str) and given["cutoff"] not in {"a", "b", "c"}:
            raise UsageError("a cut-off is a, b, c or a number of points; published ones are an instrument's",
                             hint="--instrument ID --cutoff published")  # fmt: skip
        return given
    from fit_toolkit.cli.instruments_at_hand import catalog_at_hand

    instrument = catalog_at_hand(app).get(given["instrument"])
    scale = instrument.scale(given["scale"] or instrument.main_scale)
    better = "higher" if instrument.scale_direction(scale.id) == "higher_is_better" else "lower"
    typed = click.get_current_context().get_parameter_source("better") is ParameterSource.COMMANDLINE
    if typed and given["better"] != better:
        raise UsageError(f"on {instrument.id} {scale.id} {better} is better")
    ends = {"low": scale.minimum, "high": scale.maximum}
    return (
        given
        | {"better": better, "ends": ends}
        | _points(app, given, instrument, scale)
        | _line(app, given, instrument, scale)
    )


def _points(app: App, given: dict[str, Any], instrument: Instrument, scale: Scale) -> dict[str, Any]:
    """Take the first verified number of points where a number of points is asked for and none was given."""
    if given["method"] not in {"anchor", "all"} or given["mid"]:
        return {}
    found: ReliableChange | None = next((each for each in scale.reliable_change if each.verified), None)
    if found is None:
        if given["method"] == "all":
            return {}
        raise UsageError(f"{instrument.id} {scale.id} has no verified number of points", hint="--mid POINTS")
    told = "exactly so many count" if found.inclusive else "more than that count"
    app.say(visible(f"{found.points:g} points, {told}: {_from(instrument, found)}"))
    threshold = given["threshold"] or (None if found.inclusive else "exclusive")
    return {"mid": f"{found.points:g}", "threshold": threshold}


def _line(app: App, given: dict[str, Any], instrument: Instrument, scale: Scale) -> dict[str, Any]:
    """Take a verified cut-off by its label, or the only one there is; it brings its own side."""
    asked = given["cutoff"]
    if not isinstance(asked, str) or asked in {"a", "b", "c"}:
        return {}
    from fit_toolkit.analysis import declared_cutoff

    known = [each for each in scale.cutoffs if each.verified and each.who is None]
    fitting: list[Cutoff] = [each for each in known if asked in {PUBLISHED, each.label}]
    if len(fitting) != 1:
        labels = " or ".join(f"--cutoff '{each.label}'" for each in known)
        raise UsageError(
            f"{instrument.id} {scale.id} has {len(fitting)} verified cut-offs of that name for everybody",
            hint=labels or "--cutoff POINTS",
        )
    better = "higher" if instrument.scale_direction(scale.id) == "higher_is_better" else "lower"
    line = declared_cutoff(fitting[0], better=better)  # type: ignore[arg-type]  # one of the two
    app.say(
        visible(f"cut-off {fitting[0].operator} {line.value:g}, {fitting[0].label}: {_from(instrument, fitting[0])}")
    )
    return {"cutoff": line.value, "at_cutoff": line.at}


def _from(instrument: Instrument, figure: Cutoff | ReliableChange) -> str:
    """Say where a figure was read, and in whom it was found."""
    whom = f", {figure.population}" if figure.population else ""
    return f"{instrument.cite(figure.source)}{whom}"
