"""Is written for a later toolkit."""

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "2.0"
__version__ = "2.5"


@hookimpl
def register_alert_policies():
    return []
