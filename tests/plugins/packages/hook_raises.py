"""One hook raises; the other gives a policy."""

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Never fires."""

    kind = "hook-raises"

    def find(self, course):
        return course.where(course.value < -1, reason="never")


@hookimpl
def register_alert_policies():
    return [Policy]


@hookimpl
def register_instruments():
    raise RuntimeError("no instruments today")  # here
