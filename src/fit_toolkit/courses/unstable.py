"""Alerts that come and go: what opened several times within a few ratings tells more as one line than as many messages.

Whether an alert is unstable follows from the ratings alone, so nothing is kept about it. Safety is never unstable: each
answer asks for a person by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from fit_toolkit.model.alerts import GONE, Alert, Key

OPENINGS: Final = 3
RATINGS: Final = 8


def unstable_among(alerts: Iterable[Alert]) -> frozenset[int]:
    """Say which are unstable of all alerts of some members: those inside the eight ratings, the newest among them."""
    by_key: dict[Key, list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.root and alert.severity != "safety" and alert.state not in GONE:
            by_key[alert.key].append(alert)
    return frozenset(alert.id for spells in by_key.values() for alert in _inside(spells))


def _inside(spells: list[Alert]) -> list[Alert]:
    """The alerts of one key that opened within its last ratings, where they are many enough."""
    recent = [alert for alert in spells if len(alert.seen.roots) <= RATINGS]  # ratings from its opening on
    return recent if len(recent) >= OPENINGS else []
