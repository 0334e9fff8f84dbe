"""What a store comes to, whatever was cut off and tried again on the way: for comparing two of them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

# A run or an attempt that was cut off leaves its own row behind; that is no difference in what is true.
OF_ATTEMPTS = {
    "run",
    "delivery",
    "told",
    "touched",
    "outbox",
    "sqlite_sequence",
    "sqlite_stat1",
    "alembic_version",
    "meta",
}
PASSING = {"run_id", "evaluated_at"}


def dump(practice: Path) -> dict[str, list[str]]:
    """Every table as sorted lines, without what says only how often something was tried."""
    with closing(sqlite3.connect(f"{(practice / 'store.db').as_uri()}?mode=ro", uri=True)) as c:
        c.row_factory = sqlite3.Row
        names = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: sorted(_line(row) for row in c.execute(f"SELECT * FROM {name}")) for name in names
                 if name not in OF_ATTEMPTS}  # fmt: skip
        found["touched"] = sorted({str(row[0]) for row in c.execute("SELECT episode_id FROM touched")})
        found["told"] = sorted(line for row in c.execute("SELECT * FROM outbox") for line in told(row))
    return found


def rows(practice: Path, query: str) -> list[Any]:
    """Ask the store of a practice without the toolkit."""
    with closing(sqlite3.connect(f"{(practice / 'store.db').as_uri()}?mode=ro", uri=True)) as c:
        return list(c.execute(query))


def told(row: sqlite3.Row) -> list[str]:
    """What one message tells, alert by alert: alone or in a group, it is the same news."""
    if row["state"] == "cancelled":
        return []
    payload = json.loads(row["payload"])
    head = [row["channel"], row["recipient_staff_id"], row["state"]]
    if "alerts" in payload:
        return [json.dumps([*head, *one]) for one in payload["alerts"]]
    return [json.dumps([*head, payload], sort_keys=True)]


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    """Lines that only one of two dumps has."""
    out = []
    for name in sorted({*one, *other}):
        first, second = list(one.get(name, ())), list(other.get(name, ()))
        for line in list(first):
            if line in second:
                first.remove(line)
                second.remove(line)
        out += [f"{name}: only the first: {line}" for line in first]
        out += [f"{name}: only the second: {line}" for line in second]
    return out


WHEN = {"opened_at", "changed_at", "at", "remind_at"}
ALERT_KEY = ("policy", "member_id", "staff_id", "instrument", "scale", "rater", "occasion", "opened_day")


def substance(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same without which run saw an alert first, at what hour, and so which number it was given."""
    alerts = [json.loads(line) for line in found["alert"]]
    names = {alert["id"]: " ".join(str(alert[part]) for part in ALERT_KEY) for alert in alerts}
    events = [json.loads(line) for line in found["alert_event"]]
    told = [json.loads(line) for line in found["told"]]
    for alert in alerts:
        alert["id"] = names[alert["id"]]
    for event in events:
        event["alert_id"], event["id"] = names[event["alert_id"]], 0
    named = [
        [*line[:3], names.get(line[3], line[3]) if isinstance(line[3], int) else line[3], *line[4:]] for line in told
    ]
    return found | {
        "alert": sorted(json.dumps(_timeless(alert), sort_keys=True) for alert in alerts),
        "alert_event": sorted(json.dumps(_timeless(event), sort_keys=True) for event in events),
        "told": sorted(json.dumps(line) for line in named),
    }


def mixed(found: dict[str, list[str]], ends: list[dict[str, list[str]]]) -> list[str]:
    """Lines that none of some ends has, or not so often, and lines that all of them have and this one lacks."""
    out = []
    for name, lines in found.items():
        here, there = Counter(lines), [Counter(end.get(name, ())) for end in ends]
        most = there[0] | there[-1]
        least = there[0] & there[-1]
        out += [f"{name}: nowhere else: {line}" for line in here - most]
        out += [f"{name}: missing: {line}" for line in least - here]
    return out


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in WHEN}


def _line(row: sqlite3.Row) -> str:
    values: dict[str, Any] = {name: row[name] for name in row.keys() if name not in PASSING}  # noqa: SIM118 - a row gives its values
    return json.dumps(values, sort_keys=True, default=str)
