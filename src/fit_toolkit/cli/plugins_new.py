"""`fit plugins new`: a working plugin to begin with, as a package or as a file for the practice."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.errors import ConfigError, DataError

KINDS = ("instrument", "scoring-rule", "policy", "channel", "section", "reader", "writer")


@click.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it brings.")
@click.option("--drop-in", is_flag=True, help="A file for the practice's own folder instead of a package.")
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where to write; default: here, and for a drop-in the practice.")  # fmt: skip
@dry_run_option
@pass_app
def command(app: App, name: str, kind: str, drop_in: bool, output: Path | None, dry_run: bool) -> None:
    """Write the plugin NAME, a small one of its kind that works at once, and say what to type next.

    NAME is in small letters with hyphens, such as slow-slide. Nothing that exists is overwritten. The files written
    go to stdout, one a line.
    """
    from fit_toolkit.engine.scaffold import check_name, kind_of, render

    chosen = kind_of(kind)
    check_name(name, chosen, taken=_taken(app, kind))
    root = output if output is not None else _practice(app) if drop_in else Path()
    texts = {root / path: text for path, text in render(chosen, name, drop_in=drop_in).items()}
    _refuse_existing(texts, root / f"fit-{name}")
    for path, text in texts.items():
        if not dry_run:
            _write(path, text)
        click.echo(str(path))
    app.done(f"wrote {name}, a plugin of the kind {kind}", dry_run=dry_run)
    if not dry_run:
        for line in _next(name, kind, drop_in=drop_in, places=list(texts)):
            app.say(line)


def _practice(app: App) -> Path:
    """Give the practice's folder, as seen from here where that is shorter; it is not opened."""
    from fit_toolkit.settings import find_practice

    try:
        folder = find_practice(app.folder).resolve()
    except ConfigError as error:
        hint = "go to its folder (cd), make one with `fit init`, or say where to write with --output DIR"
        raise ConfigError("there is no practice here for a drop-in", hint=hint) from error
    here = Path.cwd().resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _write(path: Path, text: str) -> None:
    """Write one file with its folder; one that has appeared meanwhile is not overwritten either."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", where=str(path),
                        hint="say where else with --output DIR") from None  # fmt: skip


def _taken(app: App, kind: str) -> set[str]:
    """What is known here by name: plugins that were found, unread, and what the bundled ones bring."""
    from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
    from fit_toolkit.engine.discover import discover
    from fit_toolkit.engine.registry import build_registry
    from fit_toolkit.settings import find_practice

    root = find_practice(app.folder) if app.in_practice else None
    names = {source.name for source in discover(root, third_party=app.plugins).sources}
    names |= {each.partition(" ")[2] for info in build_registry(third_party=False).plugins for each in info.kinds}
    return names | set(catalog_at_hand(app).ids()) if kind == "instrument" else names


def _refuse_existing(texts: dict[Path, str], package: Path) -> None:
    for path in (package, *texts):
        if path.exists() or path.is_symlink():
            raise DataError("this is there already and is not overwritten", where=str(path),
                            hint="choose another name, or another place with --output DIR")  # fmt: skip


def _next(name: str, kind: str, *, drop_in: bool, places: list[Path]) -> list[str]:
    """The commands to type next, as they stand."""
    from fit_toolkit.engine.installing import install_command

    if drop_in and kind == "instrument":
        return ["Next:", f"  fit instruments check {shlex.quote(str(places[0]))}", f"  fit instruments test {name}",
                f"  fit instruments show {name}"]  # fmt: skip
    if drop_in:
        return ["Next:", f"  fit plugins check {name}", "", "To put it to use:", "", *_use(name, kind)]
    readme = next(place for place in places if place.name == "README.md")
    folder = readme.parent if readme.is_absolute() else f"./{readme.parent}"
    return ["Next:", f"  {install_command(shlex.quote(str(folder)))}", f"  fit plugins check {name}",
            f"  fit plugins enable {name}", f"{readme} says how to test it and how to put it to use."]  # fmt: skip


def _use(name: str, kind: str) -> list[str]:
    """How to put it to use, with what is to be typed set in instead of fenced."""
    from fit_toolkit.engine.scaffold import how_to_use, kind_of

    told, fenced = list[str](), False
    for line in how_to_use(kind_of(kind), name).rstrip().splitlines():
        if line.startswith("```"):
            fenced = not fenced
        else:
            told.append(f"  {line}".rstrip() if fenced else line)
    return told
