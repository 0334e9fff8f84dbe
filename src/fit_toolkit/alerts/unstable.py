"""Which alerts come and go, read from the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fit_toolkit.courses.unstable import unstable_among
from fit_toolkit.store import alerts as stored

if TYPE_CHECKING:
    import sqlalchemy as sa


def unstable(c: sa.Connection, ids: Iterable[int]) -> frozenset[int]:
    """Say which of these alerts belong to something that opened three times or more within its last eight ratings."""
    wanted = frozenset(ids)
    members = {row["member_id"] for row in stored.alert_rows(c, ids=wanted)}
    return wanted & unstable_among(stored.read_alerts(c, members))
