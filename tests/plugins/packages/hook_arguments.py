"""Asks for an argument that the hook does not have."""

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


@hookimpl
def register_alert_policies(course):
    return []
