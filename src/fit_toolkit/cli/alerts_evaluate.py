"""`fit alerts evaluate`: how often each policy of the practice speaks on its own history, and what people noted about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.evaluating import FEW_EVENTS, PAIRS, SPEAKS, TRUTH, number, quality_row, told
from fit_toolkit.cli.output import count, emit, format_option, output_option
from fit_toolkit.errors import UsageError

if TYPE_CHECKING:
    from fit_toolkit.alerts.worth import Marked, Worth
    from fit_toolkit.analysis import SameAnswers
    from fit_toolkit.courses.policies import PolicyUse

NAMES: Final = ("policy", "kind", "scale", "rater")
NOTED: Final = ("raised", "noted", "talked_about_it", "changed_something", "took_to_supervision", "referred",
                "known_and_planned", "false_alarm", "other", "noted_false_alarm", "noted_false_alarm_low",
                "noted_false_alarm_high")  # fmt: skip
SHORT: Final = ("policy", "scale", "ratings", "alerts", "per_100", "clients_flagged", "noted")


@click.command("evaluate")
@click.option("--criterion", metavar="POLICY", help="What this policy flags is what the others ought to find.")
@click.option("--window", type=click.IntRange(0), default=0, show_default=True, metavar="N",
              help="With --criterion: a flag up to N ratings before counts as having found it.")  # fmt: skip
@click.option("--pairs", is_flag=True, help="Say instead how far every two policies agree.")
@format_option
@output_option
@pass_app
def command(app: App, criterion: str | None, window: int, pairs: bool, fmt: str, output: Path | None) -> int:
    """Count, for each policy as it stands in fit.toml, what it says about all ratings there are.

    Alerts per 100 ratings and clients ever flagged are counted afresh from the ratings, with 95 % intervals. What people noted
    is about the alerts that were raised at the time; it is no false-alarm rate, because nobody knows which were false. Under 10
    notes no share is given. With --criterion, as a policy on the therapist's own rating, also sensitivity, specificity,
    PPV and lead, on the days rated by both. Changes nothing.
    """
    from fit_toolkit.alerts.worth import Asked, marked, weigh
    from fit_toolkit.courses.asking import Asking

    if pairs and criterion is not None:
        raise UsageError("--pairs and --criterion exclude each other")
    if window and criterion is None:
        raise UsageError("--window needs --criterion: without it there are no events to find")
    practice = app.practice
    gap = practice.settings.number("alerts.max_gap_days")
    with Asking(practice, forgiving=True) as asking, practice.store.read() as c:
        asked = Asked(criterion, window, pairs)
        found = weigh(c, asking.uses, asking.find, as_of=practice.today(), max_gap_days=gap, asked=asked)
        notes = marked(c)
    for failure in (*asking.failures, *(error.failure for error in found.failed)):
        app.say(f"fit: {failure}")
    if pairs:
        emit(
            "policy_pairs",
            _pairs(found.pairs),
            fmt=fmt,
            columns=PAIRS,
            output=output,
            empty="no two policies to compare",
        )
    else:
        truth = TRUTH if criterion is not None else ()
        rows = [_row(each, notes, truth=bool(truth)) for each in found.worth]
        columns = (*NAMES, *SPEAKS, *truth, *NOTED)
        if fmt == "table":
            rows, columns = [_told(row, truth=bool(truth)) for row in rows], (*SHORT, *(_TOLD if truth else ()))
        emit("alert_evaluation", rows, fmt=fmt, columns=columns, output=output, empty="no policies: nothing is watched")
        if criterion is not None:
            app.say(_events(criterion, found.worth))
        app.say(
            "Noted: what people marked, of the alerts raised at the time. No false-alarm rate: nobody knows which were false."
        )
    return 4 if asking.failures or found.failed else 0


def _events(criterion: str, worth: Iterable[Worth]) -> str:
    """Say how much there was to find: with nothing, a share of right flags says nothing either."""
    known = [each.quality.sensitivity for each in worth if each.quality is not None]
    most = max((each.n for each in known if each is not None), default=0)
    if not most:
        return f"{criterion} flags no rating on a day that another policy knows: what the others find cannot be said"
    few = ": too few to tell policies apart; --format json has the intervals" if most < FEW_EVENTS else ""
    return f"{criterion} flags {count(most, 'event')} on days that both rated{few}"


_TOLD: Final = ("found", "quiet", "right")


def _row(each: Worth, notes: Any, *, truth: bool) -> dict[str, Any]:
    from fit_toolkit.alerts.worth import Marked

    use = each.use
    row: dict[str, Any] = {
        "policy": use.id, "kind": use.kind, "scale": use.stream.scale, "rater": use.stream.rater
    }  # fmt: skip
    if each.quality is not None:
        row |= quality_row(each.quality, truth=truth)
    return row | _noted(notes.get((use.id, use.stream.scale, use.stream.rater), Marked()))


def _noted(of: Marked) -> dict[str, Any]:
    from fit_toolkit.model.alerts import ACTIONS

    row: dict[str, Any] = {"raised": of.raised, "noted": of.noted}
    row |= {action.replace(" ", "_"): of.notes.get(action, 0) for action in ACTIONS}
    wrong = of.false_alarms
    shares = (None,) * 3 if wrong is None else tuple(number(each) for each in (wrong.value, wrong.low, wrong.high))
    return row | dict(zip(NOTED[-3:], shares, strict=True))


def _told(row: dict[str, Any], *, truth: bool) -> dict[str, Any]:
    """Put a row into words for the table: every share with what it is a share of."""
    out: dict[str, Any] = {"policy": row["policy"], "scale": row["scale"]} | told(row)
    said = [f"{name.replace('_', ' ')} {row[name]}" for name in NOTED[2:9] if row[name]]
    few = "; too few for a share" if row["noted_false_alarm"] is None and row["noted"] else ""
    out["noted"] = f"{row['noted']} of {row['raised']}" + (f": {', '.join(said)}{few}" if said else "")
    if truth:
        out |= {
            "found": f"{row.get('found', 0)} of {row.get('events', 0)}",
            "quiet": f"{row.get('quiet', 0)} of {row.get('without', 0)}",
            "right": f"{row.get('true_flags', 0)} of {row.get('flags', 0)}",
        }
    return out


def _pairs(found: Iterable[tuple[PolicyUse, PolicyUse, SameAnswers]]) -> list[dict[str, Any]]:
    return [
        {
            "first": _name(first), "second": _name(second), "ratings": same.n, "both": same.both,
            "only_first": same.only_first, "only_second": same.only_second, "neither": same.neither,
            "same": number(same.same), "kappa": number(same.kappa),
        }
        for first, second, same in found
    ]  # fmt: skip


def _name(use: PolicyUse) -> str:
    """Give the policy's id, with the item where it watches several."""
    return f"{use.id} {use.stream.scale}" if use.stream.item else use.id
