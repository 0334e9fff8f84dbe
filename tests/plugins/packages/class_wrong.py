"""Gives what is no policy, beside one that is."""

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Never fires."""

    kind = "class-wrong"

    def find(self, course):
        return course.where(course.value < -1, reason="never")


class BadKind(Policy, frozen=True):
    kind = "../etc"


class Untyped(Policy, frozen=True):
    kind = "untyped"
    anything: object = None


class Lenient(Policy, frozen=True, forbid_unknown_fields=False):
    kind = "lenient"


class Loud(Policy, frozen=True):
    kind = "loud"
    severity = "panic"


class Reserved(Policy, frozen=True):
    kind = "reserved"
    scale: str = "total"


class Empty(AlertPolicy, frozen=True):
    kind = "empty"


@hookimpl
def register_alert_policies():
    return [Policy, BadKind, Untyped, Lenient, Loud, Reserved, Empty, "drop", dict]
