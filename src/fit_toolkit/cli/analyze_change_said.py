"""What `fit analyze change` says on stderr: how many it rests on, what came out, and how far the methods agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from fit_toolkit.cli.context import App
from fit_toolkit.cli.output import as_table, count
from fit_toolkit.errors import ExitCode

INDEXED: Final = frozenset({"jt", "gln", "hll", "en", "nk", "ha", "all"})
PAIRED: Final = INDEXED | {"sdc", "percent", "anchor"}
SLOPES: Final = frozenset({"hlm", "hlm-relative"})
#: Option -> the methods in which it plays a part.
PART: Final = {
    "reliability": INDEXED | {"sdc"}, "reliability_post": frozenset({"nk", "all"}), "sd": INDEXED | {"sdc"},
    "sem": frozenset({"sdc"}), "mean": INDEXED - {"jt"},
    "percent": frozenset({"percent", "all"}), "mid": frozenset({"anchor", "all"}), "time": SLOPES, "value": SLOPES,
    "pre": PAIRED, "post": PAIRED,
}  # fmt: skip
GROUPS: Final = ("m_clinical", "sd_clinical", "m_functional", "sd_functional")

if TYPE_CHECKING:
    from fit_toolkit.analysis.change.hageman import Group
    from fit_toolkit.analysis.change.judged import Judged
    from fit_toolkit.analysis.change.reliable import Change
    from fit_toolkit.analysis.files import Table


def say_change(app: App, table: Table, made: Judged) -> int:
    """Say on stderr what came out, how many it rests on, and how far the methods agree."""
    from fit_toolkit.analysis.change.indices import NAMES

    if len(made.changes) > 1:
        _say_side_by_side(app, table, made)
    for name, change in made.changes.items() if len(made.changes) == 1 else ():
        counts = ", ".join(f"{number} {word}" for word, number in change.counts().items())
        app.say(
            f"{NAMES[name]}, {change.better} is better: {_basis(table, made, change)}: {counts}{_limit(name, change)}"
        )
    if made.group is not None:
        app.say(_as_a_group(made.group))
    if made.slopes is not None and made.slopes.model.singular:
        app.say(
            "singular fit: the slopes hardly differ, or follow from the intercepts; the indices are too large to be trusted."
            f" {made.slopes.model.n_clients} clients with {made.slopes.model.n_ratings} ratings cannot tell more;"
            " --method jt judges first and last ratings"
        )
    if made.line is not None:
        app.say(f"cut-off {made.line.kind} {made.line.value:.6g}; a rating on it is {_on(made.line.at)}")
    if made.interval is not None:
        each = made.interval
        app.say(f"cut-off c lies between {each.low:.6g} and {each.high:.6g} ({each.confidence:g}, {each.resamples} draws of"
                f" {each.n_clinical} clients; the functional mean and SD taken as known)")  # fmt: skip
    for method, why in made.refused.items():
        app.say(f"{NAMES[method]}: left out: {why}")
    if made.agreements:
        rows = [{"one": each.one, "other": each.other, "n": each.n, "share": shown(each.share, 3),
                 "kappa": shown(each.kappa, 3) or "-"} for each in made.agreements]  # fmt: skip
        app.say(f"agreement by {'category' if made.line else 'reliable change'} (share of equal labels, Cohen's kappa)")
        app.say(as_table(rows, ("one", "other", "n", "share", "kappa")).rstrip("\n"))
    return int(ExitCode.PARTIAL if made.refused else ExitCode.OK)


def _say_side_by_side(app: App, table: Table, made: Judged) -> None:
    """Set the counts of every method in one table, one line per method."""
    from fit_toolkit.analysis.change.indices import NAMES

    first = next(iter(made.changes.values()))
    figures = f"SD {first.basis['sd_pre']:.4g}, SEM {first.basis['sem']:.4g}"
    app.say(f"{first.better} is better: {_basis(table, made, first)}; {figures}")
    rows = [{"method": name, "line": _short_limit(name, change), **change.counts(), "by": NAMES[name]}
            for name, change in made.changes.items()]  # fmt: skip
    words = dict.fromkeys(word for change in made.changes.values() for word in change.counts())
    shown_rows = [dict.fromkeys(words, 0) | row for row in rows]
    app.say(as_table(shown_rows, ("method", "line", *words, "by")).rstrip("\n"))


def _short_limit(name: str, change: Change) -> str:
    if name not in {"percent", "anchor"}:
        return f"{change.critical:.3f}"
    unit = " %" if name == "percent" else ""
    points = dict.fromkeys(f"{change.basis[each]:g}" for each in ("improvement", "deterioration"))
    return f"{', '.join(points)}{unit}"


def say_left_out(app: App, rows: int) -> None:
    """Say how many rows of a file of ratings could not count."""
    if rows:
        app.say(f"{count(rows, 'row has', 'rows have')} no rating or no time and counted for nothing")


def say_doubts(app: App, given: dict[str, Any], made: Judged) -> None:
    """Say which of the options given play no part in the method, and where the functional group lies on the wrong side."""
    method = given["method"]
    idle = [f"--{name.replace('_', '-')}" for name, used in PART.items() if given[name] and method not in used]
    if given["cutoff"] is None:
        idle += [f"--{name.replace('_', '-')}" for name in GROUPS if given[name] is not None]
    if idle:
        app.say(f"not used by this: {', '.join(idle)}")
    if given["cutoff"] in {"b", "c"}:
        first = next(iter(made.changes.values())).basis["m_pre"]
        clinical = first if given["m_clinical"] is None else given["m_clinical"]
        away = given["m_functional"] - clinical
        if away > 0 if given["better"] == "lower" else away < 0:
            app.say(
                f"the functional mean is on the worse side of the clinical mean: is {given['better']} really better?"
            )


def _as_a_group(group: Group) -> str:
    """Put the group level in words; it is no sum of what is said of each client."""
    past = "" if math.isnan(group.share_truly_functional) else f", {group.share_truly_functional:.0%} past the cut-off"
    return (
        f"as a group, without error of measurement: mean change {group.mean_change:.4g}, SD {group.sd_true_change:.4g};"
        f" expected {group.share_truly_better:.0%} changed for the better{past} (normal model; says nothing of any one client)"
    )


def _basis(table: Table, made: Judged, change: Change) -> str:
    if made.slopes is not None:
        return f"{change.n} clients with 3 ratings or more, of {len(made.slopes.clients)}"
    return f"{count(change.n, 'complete pair')} of {count(len(table), 'row')}"


def _limit(name: str, change: Change) -> str:
    """Give the line between changed and unchanged, as the method draws it."""
    if name in {"percent", "anchor"}:
        unit = "per cent" if name == "percent" else "points"
        return (
            f"; {change.basis['improvement']:g} {unit} for the better, {change.basis['deterioration']:g} for the worse"
        )
    if name == "sdc":
        group = f"{change.basis['sdc_group']:.4g} of the mean of all"
        return f"; SEM {change.basis['sem']:.4g}, {change.basis['sdc']:.4g} points of one client, {group}"
    if "sem" in change.basis:
        return f"; SD {change.basis['sd_pre']:.4g}, SEM {change.basis['sem']:.4g}, critical value {change.critical:.3f}"
    return f"; mean slope {change.basis['mean_slope']:.4g}, critical value {change.critical:.3f}"


def _on(at: str) -> str:
    return "neither clinical nor functional" if at == "neither" else at


def shown(value: float, digits: int = 10) -> str:
    """Write a figure, and nothing where there is none."""
    from fit_toolkit.analysis.columns import plain

    return plain(round(value, digits)) if math.isfinite(value) else ""
