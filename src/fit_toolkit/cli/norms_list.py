"""`fit norms list`: every norm set at hand, figure by figure."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import emit, format_option

COLUMNS = (
    "norms", "version", "kind", "reviewed", "instrument", "scale", "rater", "occasion", "mean", "sd_between", "sd_within",
    "noise", "reliability", "clients", "therapists", "ratings", "labels", "used_by",
)  # fmt: skip


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """List norm sets, one row per scale; `used_by` names the policies of fit.toml that rest on it.

    `noise`: whether `sd_within` was counted around each client's own mean or in steps from one rating to the next; empty where
    the set does not say. `labels`: whether enough clients and therapists are in it to say where somebody stands among them.
    """
    catalog = catalog_at_hand(app)
    used: dict[str, list[str]] = {}
    for table in app.practice.settings.policies if app.in_practice else ():
        used.setdefault(str(table.values.get("norms", "")), []).append(str(table.values.get("id", "")))
    rows = []
    for name in sorted(catalog.norm_files):
        found = catalog.norms(name)
        rows += [
            {
                "norms": name,
                "version": found.version,
                "kind": found.kind,
                "reviewed": found.reviewed,
                "instrument": norm.instrument,
                "scale": norm.scale,
                "rater": norm.rater,
                "occasion": norm.occasion,
                "mean": norm.mean,
                "sd_between": norm.sd_between,
                "sd_within": norm.sd_within,
                "noise": _noise(found.source),
                "reliability": norm.reliability,
                "clients": norm.n_clients,
                "therapists": norm.n_therapists,
                "ratings": norm.n_ratings,
                "labels": norm.carries_labels,
                "used_by": used.get(name, []),
            }
            for norm in found.norms
        ]
    emit("norms", rows, fmt=fmt, columns=COLUMNS, empty="no norm sets: fit norms estimate NAME")
    return 0


def _noise(source: str) -> str:
    """Say how a set that this toolkit estimated counts noise: by what its source says of it."""
    from fit_toolkit.courses.norms import SAID

    return next((name for name, said in SAID.items() if source.endswith(said)), "")
