"""`fit norms estimate NAME`: a norm set from the practice's own ratings, refused where there are too few."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import Day
from fit_toolkit.cli.output import dry_run_option, emit, format_option, write_atomic
from fit_toolkit.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from fit_toolkit.courses.norms import Estimate
    from fit_toolkit.model.norms import NormSet

COLUMNS = (
    "instrument", "scale", "rater", "occasion", "clients", "with_3_ratings", "therapists", "ratings", "mean", "sd_between",
    "sd_within", "sd_steps", "reliability", "good_for", "refused",
)  # fmt: skip


@click.command("estimate")
@click.argument("name")
@click.option("--instrument", "instruments", multiple=True, metavar="ID", help="Only this one; may be repeated.")
@click.option("--scale", "scales", multiple=True, metavar="ID", help="Default: the main scale; may be repeated.")
@click.option("--since", type=Day(), help="Take ratings from this day on.")
@click.option("--until", type=Day(), help="Take ratings up to this day; default: today.")
@click.option("--noise", type=click.Choice(("mean", "steps")), default="mean", show_default=True,
              help="SD within clients: around their own mean, or from one rating to the next.")  # fmt: skip
@dry_run_option
@format_option
@pass_app
def command(  # noqa: PLR0917 - click hands them over by name
    app: App,
    name: str,
    instruments: tuple[str, ...],
    scales: tuple[str, ...],
    since: date | None,
    until: date | None,
    noise: Any,
    dry_run: bool,
    fmt: str,
) -> int:
    """Write the norm set NAME from this practice's own ratings: usual level, SD between and within clients.

    `sd_within` is that of a client's ratings around their own mean; where clients change it holds their change. `sd_steps` is
    the same from one rating to the next: little of that, but too small where good and bad times last for some sessions. The
    set takes the first, so that policies err on the side of silence; --noise steps takes the second. How ratings vary needs 30 clients with 3 ratings or more; where somebody stands among others needs 100 clients and 10
    therapists. A scale with fewer is refused with its counts. The set is local and unreviewed, and is never overwritten:
    the same ratings give the same file, others need another name. No alert changes until a policy names it.
    """
    from fit_toolkit.courses.norms import Wanted, check_name, estimate_norms, norm_set

    check_name(name)
    practice = app.practice
    as_of = until or practice.today()
    with practice.store.read() as c:
        found = estimate_norms(c, practice.catalog, Wanted(instruments, scales, since, noise), as_of=as_of)
    emit("estimates", [_row(each) for each in found], fmt=fmt, columns=COLUMNS, empty="there are no ratings")
    norms = norm_set(name, found, noise)
    lost = [each for each in found if each.norm is None and each.instrument in instruments]
    if norms is None or lost:
        which = f" for {lost[0].instrument} {lost[0].scale}" if lost else ""
        few = not any(each.enough for each in lost or found)
        what, told = ("too few ratings", "the counts are") if few else ("no norms can be estimated", "why not is")
        raise DataError(f"{what}{which}; nothing was written", hint=f"{told} in the list above")
    file = practice.root / "instruments" / "norms" / f"{norms.id}.yaml"
    _write(app, file, norms, dry_run=dry_run)
    for each in found:
        if each.drifts and noise == "mean":
            app.say(
                f"{each.instrument} {each.scale}: clients change over time, so `sd_within` holds more than noise (from one "
                f"rating to the next it is {each.sd_steps:.2f}); bands from this set are wide, those of --noise steps narrower"
            )
    app.say(f'A policy rests on it when it says so in fit.toml: norms = "{norms.id}". Local, unreviewed.')
    return 0


def _row(each: Estimate) -> dict[str, Any]:
    norm = each.norm
    row: dict[str, Any] = {
        "instrument": each.instrument,
        "scale": each.scale,
        "rater": each.rater,
        "occasion": each.occasion,
        "clients": each.clients,
        "with_3_ratings": each.clients_often,
        "therapists": each.therapists,
        "ratings": each.ratings,
        "refused": each.because,
    }
    if norm is None:
        return row
    figures = {name: getattr(norm, name) for name in ("mean", "sd_between", "reliability")}
    figures |= {"sd_within": each.sd_mean, "sd_steps": each.sd_steps}
    return row | figures | {"good_for": "noise and labels" if norm.carries_labels else "noise"}


def _write(app: App, file: Path, norms: NormSet, *, dry_run: bool) -> None:
    """Write a new file; one that is there already stays as it is, whatever people noted in it."""
    from fit_toolkit.catalog.norms import norms_text

    catalog = app.practice.catalog
    if norms.id in catalog.norm_files:
        if catalog.norms(norms.id).norms == norms.norms:
            app.say(f"{norms.id} is there already, with the same figures")
            return
        hint = "choose another name: alerts rest on this one"
        raise DataError(f"there is a norm set '{norms.id}' with other figures, and it stays as it is", hint=hint)
    if not dry_run:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, norms_text(norms).encode())
    app.done(f"written: {file.relative_to(app.practice.root)}", dry_run=dry_run)
