"""What an instance of a policy, rule, reader or channel says about itself, as plain data."""

from __future__ import annotations

from typing import Any

import msgspec

from fit_toolkit.course import Curve, Norms, Rating
from fit_toolkit.engine.records import What
from fit_toolkit.errors import ContractError


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Its parameters in full, and what it needs besides its own course."""

    parameters: dict[str, Any]
    ratings: tuple[Rating, ...] = ()
    norms: tuple[Norms, ...] = ()
    curves: tuple[Curve, ...] = ()
    chance: float | None = None
    min_ratings: int = 1


def facts_of(instance: Any, what: What) -> Facts:
    """Ask an instance for its facts; raise ContractError where they make no sense."""
    parameters = msgspec.to_builtins(instance)
    if what != "policy":
        return Facts(parameters)
    chance, min_ratings = instance.chance, instance.min_ratings
    if chance is not None and not (type(chance) in {int, float} and 0 <= chance <= 1):
        raise ContractError("'chance' must be None or a share from 0 to 1")
    if type(min_ratings) is not int or min_ratings < 0:
        raise ContractError("'min_ratings' must be a whole number")
    values = [getattr(instance, name) for name in instance.__struct_fields__]
    return Facts(
        parameters=parameters,
        ratings=tuple(value for value in values if isinstance(value, Rating)),
        norms=tuple(value for value in values if isinstance(value, Norms)),
        curves=tuple(value for value in values if isinstance(value, Curve)),
        chance=None if chance is None else float(chance),
        min_ratings=min_ratings,
    )
