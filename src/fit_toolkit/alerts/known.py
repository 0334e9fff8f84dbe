"""What would have stood by what was known at a moment, as rows of a listing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fit_toolkit.courses.words import reason_text
from fit_toolkit.model.alerts import RANK, Spell, seen_as
from fit_toolkit.store import alerts as stored
from fit_toolkit.store.alerts import EPOCH
from fit_toolkit.store.people import list_members

if TYPE_CHECKING:
    import sqlalchemy as sa

COLUMNS = ("client", "policy", "severity", "instrument", "scale", "rater", "since", "reason", "alert", "state")


def rows_of(c: sa.Connection, spells: Sequence[Spell]) -> list[dict[str, Any]]:
    """One row for each finding that stood; `alert` and `state` say what it is today, where there is an alert."""
    members = {spell.key.member for spell in spells}
    found = {(alert.key, alert.root or -alert.opened): alert for alert in stored.read_alerts(c, members)}
    codes = {member.id: member.client for member in list_members(c)} if members else {}
    listed = []
    for spell in sorted(spells, key=lambda each: (RANK[each.severity], -each.opened, each.key)):
        alert = found.get((spell.key, spell.root or -spell.opened))
        listed.append({
            "client": codes.get(spell.key.member, ""), "policy": spell.key.policy, "severity": spell.severity,
            "instrument": spell.key.instrument, "scale": spell.key.scale, "rater": spell.key.rater,
            "since": EPOCH + timedelta(days=spell.opened),
            "reason": reason_text(spell.reason, spell.evidence, spell.evidence.get("gap")),
            "alert": None if alert is None else alert.id, "state": None if alert is None else seen_as(alert.state),
        })  # fmt: skip
    return listed
