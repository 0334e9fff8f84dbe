"""`fit instruments new ID`: a commented definition file to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand, in_practice
from fit_toolkit.cli.output import dry_run_option, write_atomic
from fit_toolkit.errors import ConfigError, DataError, UsageError

_CUTOFF = re.compile(r"(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_PAIR = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*,\s*(-?[0-9]+(?:\.[0-9]+)?)")


class Pair(click.ParamType[tuple[float, float]]):
    """Two numbers, the lower first: `0,63`."""

    name = "LOW,HIGH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Read the pair."""
        found = _PAIR.fullmatch(str(value).strip())
        if not found or float(found[1]) >= float(found[2]):
            self.fail("give two numbers, the lower first, like 0,63", param, ctx)
        return float(found[1]), float(found[2])


@click.command("new")
@click.argument("id")
@click.option("--totals", is_flag=True, help="Scores come in ready made; there are no items.")
@click.option("--range", "span", type=Pair(), help="Lowest and highest total, with --totals.")
@click.option("--items", type=click.IntRange(1, 200), help="How many items, without --totals.")
@click.option("--answers", type=Pair(), help="Lowest and highest answer to each item, without --totals.")
@click.option("--direction", type=click.Choice(("higher_is_better", "higher_is_worse")), required=True,
              help="What a high number means.")  # fmt: skip
@click.option("--title", default="", help="Its name; default: the id.")
@click.option("--construct", type=click.Choice(("alliance", "outcome", "symptoms", "functioning", "other")),
              default="symptoms", show_default=True,
              help="`alliance` belongs to a client and one therapist, the rest to the client.")  # fmt: skip
@click.option("--rater", "raters", multiple=True, default=("client",), show_default=True,
              type=click.Choice(("client", "therapist", "carer", "observer", "supervisor")), help="Who rates.")  # fmt: skip
@click.option("--step", type=float, help="Smallest step between two totals, with --totals.")
@click.option("--cutoff", metavar="'>=14'", help="A published line with its operator; needs --source.")
@click.option("--source", default="", help="Where the cut-off was read.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Folder for the file; default: the practice's instruments.")  # fmt: skip
@dry_run_option
@pass_app
def command(  # noqa: PLR0917 - one argument per option
    app: App, id: str, totals: bool, span: tuple[float, float] | None, items: int | None,
    answers: tuple[float, float] | None, direction: str, title: str, construct: str, raters: tuple[str, ...],
    step: float | None, cutoff: str | None, source: str, output: Path | None, dry_run: bool,
) -> None:  # fmt: skip
    """Write a commented definition for ID that passes `fit instruments check`."""
    from fit_toolkit.catalog.scaffold import Sketch, definition

    low, high = _span(totals, span, items, answers)
    sketch = Sketch(
        id=id, low=low, high=high, direction=direction, title=title, construct=construct, raters=raters, step=step,
        items=0 if totals else items or 0, answers=answers or (0, 0), cutoff=_line(cutoff, source), source=source,
    )  # fmt: skip
    text = definition(sketch)
    _refuse_faults(id, text)
    file = _folder(app, output) / f"{id}.yaml"
    if id in catalog_at_hand(app):
        raise DataError(f"there is an instrument '{id}' already", hint="choose another id")
    if file.exists():
        raise DataError("the file exists already; it is not overwritten", where=str(file))
    if dry_run:
        click.echo(text, nl=False)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, text.encode())
    app.done(f"wrote {file}", dry_run=dry_run)


def _span(
    totals: bool, span: tuple[float, float] | None, items: int | None, answers: tuple[float, float] | None
) -> tuple[float, float]:
    if totals and span is not None and items is None and answers is None:
        return span
    if not totals and items is not None and answers is not None and span is None:
        return answers[0] * items, answers[1] * items
    raise UsageError("give --totals with --range, or --items with --answers")


def _line(cutoff: str | None, source: str) -> tuple[str, float] | None:
    if cutoff is None:
        return None
    found = _CUTOFF.fullmatch(cutoff.strip())
    if not found:
        raise UsageError("give the cut-off with its operator, in quotes: --cutoff '>=14'")
    if not source.strip():
        raise UsageError("a cut-off needs --source: where it was read")
    return found[1], float(found[2])


def _refuse_faults(id: str, text: str) -> None:
    """Check before anything is written: the id, and whether the parts fit together."""
    from fit_toolkit.catalog import check_text

    findings = check_text(text.encode(), f"{id}.yaml")
    if findings:
        raise DataError(findings[0].message, findings=findings, hint="nothing was written")


def _folder(app: App, output: Path | None) -> Path:
    if output is not None:
        return output
    if in_practice(app):
        return app.practice.root / "instruments"
    raise ConfigError("there is no practice here", hint="say where to write with --output FOLDER")
