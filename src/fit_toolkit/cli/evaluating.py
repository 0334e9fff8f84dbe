"""How `fit analyze evaluate` and `fit alerts evaluate` write what policies are worth: every share with its n and interval."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from fit_toolkit.analysis import Portion, Quality

SPEAKS: Final = ("clients", "ratings", "alerts", "alerts_per_100", "alerts_low", "alerts_high", "clients_flagged",
                 "clients_share", "clients_low", "clients_high")  # fmt: skip
TRUTH: Final = ("events", "found", "sensitivity", "sensitivity_low", "sensitivity_high", "without", "quiet",
                "specificity", "specificity_low", "specificity_high", "flags", "true_flags", "ppv", "ppv_low", "ppv_high",
                "lead", "lead_n")  # fmt: skip
PAIRS: Final = ("first", "second", "ratings", "both", "only_first", "only_second", "neither", "same", "kappa")
DIGITS: Final = 4
FEW_EVENTS: Final = 30  # under which two policies can hardly be told apart


def quality_row(found: Quality, *, truth: bool) -> dict[str, Any]:
    """Give what a policy is worth as one flat row; None where there is nothing to say."""
    alerts, clients = found.alerts, found.clients_flagged
    row: dict[str, Any] = {"clients": clients.n, "ratings": alerts.n, "alerts": alerts.count}
    row |= {name: number(100 * each) for name, each in zip(SPEAKS[3:6], _three(alerts), strict=True)}
    row["clients_flagged"] = clients.count
    row |= {name: number(each) for name, each in zip(SPEAKS[7:], _three(clients), strict=True)}
    if not truth:
        return row
    for names, portion in (
        (TRUTH[:5], found.sensitivity),
        (TRUTH[5:10], found.specificity),
        (TRUTH[10:15], found.ppv),
    ):
        if portion is not None:
            shares = (number(each) for each in _three(portion))
            row |= dict(zip(names, (portion.n, portion.count, *shares), strict=True))
    return row | {"lead": number(found.lead), "lead_n": found.lead_n}


def pair_rows(fires: Mapping[str, npt.NDArray[np.bool_]], counted: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Compare every two policies rating by rating."""
    from fit_toolkit.analysis import same_answers

    rows = []
    for first, second in combinations(fires, 2):
        found = same_answers(fires[first], fires[second], counted=counted)
        rows.append(
            {
                "first": first, "second": second, "ratings": found.n, "both": found.both,
                "only_first": found.only_first, "only_second": found.only_second, "neither": found.neither,
                "same": number(found.same), "kappa": number(found.kappa),
            }
        )  # fmt: skip
    return rows


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Put how often a policy speaks into words for a table: every share with what it is a share of."""
    out = {name: row.get(name) for name in ("ratings", "alerts")}
    if row.get("ratings") is None:
        return out | {"per_100": "looks at today only", "clients_flagged": None}
    if row["alerts_per_100"] is None:
        return out | {"per_100": "no ratings", "clients_flagged": None}
    ends = [row[name] for name in ("alerts_low", "alerts_high")]
    interval = "" if None in ends else f" ({_short(ends[0])} to {_short(ends[1])})"
    return out | {
        "per_100": f"{_short(row['alerts_per_100'])}{interval}",
        "clients_flagged": f"{row['clients_flagged']} of {row['clients']}",
    }


def number(value: float) -> float | None:
    """Give a figure to four digits, None for one that is not there."""
    return None if math.isnan(value) else round(value, DIGITS)


def cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[str]]:
    """Write rows as text; what is not known as nothing."""
    return [["" if row.get(name) is None else str(_plain(row[name])) for name in columns] for row in rows]


def as_document(schema: str, **parts: Any) -> str:
    """Write several lists as one JSON document with its schema."""
    return json.dumps({"schema": f"fit/{schema}/1", **parts}, ensure_ascii=False, indent=2) + "\n"


def _short(figure: float) -> str:
    """Write a figure to one place, and what would become nothing to its first digit: 2 alerts are not 0.0 per 100."""
    return f"{figure:.1g}" if 0 < figure < 0.05 else f"{figure:.1f}"


def _plain(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value


def _three(portion: Portion) -> tuple[float, float, float]:
    return portion.value, portion.low, portion.high
