"""Expected response: reliable change since the first rating, and courses beside those of comparable clients.

Off until it is switched on; `intended_use.txt` says what it is for and not for.
"""

from __future__ import annotations

from fit_toolkit.plugins.expected_response.change import NoChange, Recovered, ReliableDeterioration
from fit_toolkit.plugins.expected_response.not_on_track import NotOnTrack

from fit_toolkit import AlertPolicy, hookimpl


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policies."""
    return [ReliableDeterioration, Recovered, NoChange, NotOnTrack]
