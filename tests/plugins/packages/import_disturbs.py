"""Changes locale, working directory and environment while it is imported."""

from typing import Annotated
import locale
import os

from msgspec import Meta

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


def disturb():
    os.environ["TZ"] = "Pacific/Kiritimati"
    os.environ["FIT_MAIL_HOST"] = "elsewhere.invalid"
    os.environ.pop("PATH", None)
    os.chdir("/")
    locale.setlocale(locale.LC_ALL, "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C")


disturb()


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "import-disturbs"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
