"""The first-party policy classes, found as the engine finds them: no file imports them by name."""

from __future__ import annotations

import importlib
import pkgutil

import fit_toolkit.plugins

from fit_toolkit.course import AlertPolicy


def first_party_policies() -> dict[str, type[AlertPolicy]]:
    """Every bundled policy class by its kind."""
    found: dict[str, type[AlertPolicy]] = {}
    for module in pkgutil.iter_modules(fit_toolkit.plugins.__path__):
        plugin = importlib.import_module(f"fit_toolkit.plugins.{module.name}")
        register = getattr(plugin, "register_alert_policies", None)
        found |= {cls.kind: cls for cls in (register() if register else ())}
    return found


POLICIES = first_party_policies()


def policy(kind: str, **parameters: object) -> AlertPolicy:
    """A policy of this kind with these parameters."""
    return POLICIES[kind](**parameters)
