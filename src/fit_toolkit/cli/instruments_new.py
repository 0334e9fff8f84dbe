"""`fit instruments new ID`: a commented definition file to begin with; asks at a terminal for what was not said."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import dry_run_option, write_atomic
from fit_toolkit.errors import ConfigError, DataError, FitError, UsageError

if TYPE_CHECKING:
    from fit_toolkit.catalog.scaffold import Named, Sketch

_CUTOFF = re.compile(r"(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_PAIR = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*,\s*(-?[0-9]+(?:\.[0-9]+)?)")
_NAMED = re.compile(r"([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)\s*=\s*(.+)")
_DIRECTIONS = ("higher_is_better", "higher_is_worse")
_CONSTRUCTS = ("alliance", "outcome", "symptoms", "functioning", "other")
_STATUSES = ("open", "free", "permission", "registration", "commercial", "local", "unknown")


class Pair(click.ParamType[tuple[float, float]]):
    """Two numbers, the lower first: `0,63`."""

    name = "LOW,HIGH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Read the pair."""
        if isinstance(value, tuple):
            return value
        found = _PAIR.fullmatch(str(value).strip())
        if not found or float(found[1]) >= float(found[2]):
            self.fail("give two numbers, the lower first, like 0,63", param, ctx)
        return float(found[1]), float(found[2])


@click.command("new")
@click.argument("id")
@click.option("--totals", is_flag=True, help="Scores come in ready made; there are no items.")
@click.option("--range", "span", type=Pair(), help="Lowest and highest total, with --totals.")
@click.option("--items", type=click.IntRange(1, 200), help="How many items (q1, q2 ...), without --totals.")
@click.option("--answers", type=Pair(), help="Lowest and highest answer to each item.")
@click.option("--reverse", metavar="ITEMS", help="Items that are turned round: q2,q5.")
@click.option("--scale", "scales", multiple=True, metavar="NAME=ITEMS",
              help="A scale and its items: empathy=q1,q2 or bond=q3-q6. May be repeated; without it, one total of all.")  # fmt: skip
@click.option(
    "--method", type=click.Choice(("sum", "mean")), default="sum", show_default=True, help="How scales are made."
)
@click.option(
    "--facet", "facets", multiple=True, metavar="NAME=ITEMS", help="What some items are about: empathy=q1,q2."
)
@click.option("--direction", type=click.Choice(_DIRECTIONS), help="What a high number means; there is no default.")
@click.option("--title", help="Its name; default: the id.")
@click.option("--construct", type=click.Choice(_CONSTRUCTS),
              help="`alliance` belongs to a client and one therapist, the rest to the client; default: symptoms.")  # fmt: skip
@click.option("--rater", "raters", multiple=True, default=("client",), show_default=True,
              type=click.Choice(("client", "therapist", "carer", "observer", "supervisor")), help="Who rates.")  # fmt: skip
@click.option(
    "--status", type=click.Choice(_STATUSES), help="Its licence; default: local, this practice answers for it."
)
@click.option("--licence", default="", help="What the licence is called.")
@click.option("--holder", help="Who holds the rights.")
@click.option("--electronic-use", type=click.Choice(("allowed", "licence-required", "not-allowed", "unknown")),
              default="unknown", show_default=True, help="Whether clients may be given it on a screen.")  # fmt: skip
@click.option("--step", type=float, help="Smallest step between two totals, with --totals.")
@click.option("--cutoff", metavar="'>=14'", help="A published line with its operator; needs --source.")
@click.option("--source", default="", help="Where the cut-off was read.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Folder for the file; default: the practice's instruments.")  # fmt: skip
@dry_run_option
@pass_app
def command(app: App, /, id: str, output: Path | None, dry_run: bool, **given: Any) -> None:
    """Write a commented definition for ID that passes `fit instruments check` and `test` as it is.

    At a terminal it asks for what was not said. Beside it lies the schema with which an editor completes the file.
    """
    from fit_toolkit.catalog.scaffold import SCHEMA_FILE, definition

    _refuse_id(app, id)
    folder = _folder(app, output)
    if _lacking(given):
        _complete(app, id, given)
    sketch = _sketch(id, given, schema=f"./{SCHEMA_FILE}")
    text = definition(sketch)
    _refuse_faults(id, text)
    file = folder / f"{id}.yaml"
    if file.exists():
        raise DataError("the file exists already; it is not overwritten", where=str(file))
    if dry_run:
        click.echo(text, nl=False)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_schema(file.with_name(SCHEMA_FILE))
        write_atomic(file, text.encode())
    app.done(f"wrote {file}", dry_run=dry_run)
    if not dry_run:
        what = "" if sketch.items else "write its range, bands and sources, "
        app.say(f"Next: open it, {what or 'say what each item is about, '}then: fit instruments check {file}")


def write_schema(file: Path) -> None:
    """Put the schema of definitions where an editor finds it without a network; one that is the same stays."""
    from fit_toolkit.catalog.schema import json_schema

    text = (json.dumps(json_schema("instrument"), indent=1, ensure_ascii=False) + "\n").encode()
    if not file.exists() or file.read_bytes() != text:
        write_atomic(file, text)


def _lacking(given: dict[str, Any]) -> list[str]:
    """Name the flags without which nothing can be written."""
    if given["totals"]:
        lacking = [] if given["span"] else ["--range"]
        if given["items"] or given["answers"] or given["scales"] or given["reverse"] or given["facets"]:
            raise UsageError("--totals has no items", hint="give --totals with --range, or --items with --answers")
    else:
        lacking = [flag for flag, key in (("--items", "items"), ("--answers", "answers")) if not given[key]]
        if given["span"]:
            raise UsageError("--range goes with --totals", hint="the range of a scale follows from --answers")
    lacking += [] if given["direction"] else ["--direction"]
    if lacking and not sys.stdin.isatty():
        raise UsageError(
            f"say also: {', '.join(lacking)}", hint="give --totals with --range, or --items with --answers"
        )
    return lacking


def _complete(app: App, id: str, given: dict[str, Any]) -> None:
    """Ask for what was not said, one thing after another."""
    app.say(f"A definition for {id}. Enter takes what stands in brackets.")
    _ask(given, "title", "Its title", default=id)
    if not given["totals"] and given["items"] is None:
        given["totals"] = not click.confirm("Are there items (no: only totals come in)?", default=True, err=True)
    if given["totals"]:
        _ask(given, "span", "Lowest and highest total, such as 0,63", type=Pair())
    else:
        _ask(given, "items", "How many items", type=click.IntRange(1, 200))
        _ask(given, "answers", "Lowest and highest answer, such as 0,3", type=Pair())
    _ask(given, "direction", "What does a high number mean?", type=click.Choice(_DIRECTIONS))
    _ask(given, "construct", "What is it about?", type=click.Choice(_CONSTRUCTS), default="symptoms")
    if not given["totals"]:
        ids = tuple(f"q{number}" for number in range(1, given["items"] + 1))
        _ask(
            given,
            "reverse",
            "Items that are turned round, such as q2,q5 (Enter: none)",
            default="",
            value_proc=_items(ids),
        )
        while not given["scales"] or given["scales"][-1]:
            word = click.prompt(
                "A scale and its items, such as bond=q3-q6 (Enter: no more; none at all is one total)",
                default="", show_default=False, err=True, value_proc=_scale(ids),
            )  # fmt: skip
            given["scales"] = (*given["scales"], word)
        given["scales"] = given["scales"][:-1]
    _ask(given, "status", "Its licence?", type=click.Choice(_STATUSES), default="local")
    if given["status"] not in {"local", "open"}:
        _ask(given, "holder", "Who holds the rights", default="")


def _ask(given: dict[str, Any], key: str, text: str, **how: Any) -> None:
    if given[key] is None:
        given[key] = click.prompt(text, err=True, show_default=bool(how.get("default")), **how)


def _items(ids: tuple[str, ...]) -> Any:
    def read(text: str) -> str:
        from fit_toolkit.catalog.scaffold import item_range

        try:
            item_range(text, ids)
        except FitError as error:
            raise click.UsageError(str(error)) from error
        return text

    return read


def _scale(ids: tuple[str, ...]) -> Any:
    def read(text: str) -> str:
        if text.strip():
            try:
                _named(text, ids)
            except FitError as error:
                raise click.UsageError(str(error)) from error
        return text.strip()

    return read


def _sketch(id: str, given: dict[str, Any], *, schema: str) -> Sketch:
    from fit_toolkit.catalog.scaffold import Sketch, item_range

    ids = tuple(f"q{number}" for number in range(1, (given["items"] or 0) + 1))
    low, high = given["span"] or (0, 0)
    try:
        scales = tuple(_named(text, ids) for text in given["scales"])
        facets = tuple(_named(text, ids) for text in given["facets"])
        reverse = item_range(given["reverse"] or "", ids)
    except DataError as error:
        raise UsageError(error.what, hint=error.hint) from error
    used = {item for scale in scales for item in scale.items} or set(ids)
    if loose := [item for item in reverse if item not in used]:
        raise UsageError(f"{', '.join(loose)} is turned round and belongs to no scale")
    return Sketch(
        id=id, low=low, high=high, direction=given["direction"], title=given["title"] or "", raters=given["raters"],
        construct=given["construct"] or "symptoms", step=given["step"], items=given["items"] or 0,
        answers=given["answers"] or (0, 0), scales=scales, facets=facets, reverse=reverse, method=given["method"],
        status=given["status"] or "local", licence=given["licence"], holder=given["holder"] or "",
        electronic_use=given["electronic_use"], cutoff=_line(given["cutoff"], given["source"]), source=given["source"],
        schema=schema,
    )  # fmt: skip


def _named(text: str, ids: tuple[str, ...]) -> Named:
    """Read `bond=q3-q6`."""
    from fit_toolkit.catalog.scaffold import Named, item_range

    found = _NAMED.fullmatch(text.strip())
    if not found:
        raise UsageError("write a name and its items", hint="bond=q3-q6 or empathy=q1,q2")
    return Named(found[1], item_range(found[2], ids))


def _line(cutoff: str | None, source: str) -> tuple[str, float] | None:
    if cutoff is None:
        return None
    found = _CUTOFF.fullmatch(cutoff.strip())
    if not found:
        raise UsageError("give the cut-off with its operator, in quotes: --cutoff '>=14'")
    if not source.strip():
        raise UsageError("a cut-off needs --source: where it was read")
    return found[1], float(found[2])


def _refuse_id(app: App, id: str) -> None:
    if id in catalog_at_hand(app):
        raise DataError(f"there is an instrument '{id}' already", hint="choose another id")


def _refuse_faults(id: str, text: str) -> None:
    """Check before anything is written: the id, and whether the parts fit together."""
    from fit_toolkit.catalog import check_text

    findings = check_text(text.encode(), f"{id}.yaml")
    if findings:
        raise DataError(f"{id}: {findings[0].message}", findings=findings, hint="nothing was written")


def _folder(app: App, output: Path | None) -> Path:
    if output is not None:
        return output
    if app.in_practice:
        return app.practice.root / "instruments"
    raise ConfigError("there is no practice here", hint="say where to write with --output FOLDER")
