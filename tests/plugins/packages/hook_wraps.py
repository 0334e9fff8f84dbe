"""Wraps the hook of others."""

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


@hookimpl(wrapper=True)
def register_alert_policies():
    yield
    return []
