"""The practice's policies, ready to be asked: what each watches, with which parameters, and for whom."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from fit_toolkit.course import AlertPolicy, Rating, ScaleView
from fit_toolkit.courses.stream import Stream
from fit_toolkit.engine import Provided
from fit_toolkit.model.alerts import Severity


class PolicyUse(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of `fit.toml` on one stream.

    `policy` is the instance where the class lives in this process, else None and `parameters` go to the child.
    `partners` are the second courses it compares with. `hash` changes with whatever may change a finding.
    """

    id: str
    kind: str
    stream: Stream
    view: ScaleView
    severity: Severity
    to: tuple[str, ...]
    after: int
    lapse: int
    basis: str
    clock: bool
    provided: Provided
    policy: AlertPolicy | None
    parameters: dict[str, object]
    partners: Mapping[Rating, tuple[Stream, ScaleView]]
    hash: str
    line: int = 0

    @property
    def stands(self) -> bool:
        """Safety waits for a person: its spells never end by themselves."""
        return self.severity == "safety"

    @property
    def chance(self) -> float | None:
        """The share of ordinary ratings flagged by chance, where the policy says so."""
        return None if self.policy is None else self.policy.chance

    @property
    def min_ratings(self) -> int:
        """From which rating on it can say anything."""
        return 1 if self.policy is None else self.policy.min_ratings
