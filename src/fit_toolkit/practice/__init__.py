"""The composition root: opens a practice and hands out its parts."""

from fit_toolkit.practice.misplaced import misplaced
from fit_toolkit.practice.practice import Clock, Practice, open_practice, utc_now
from fit_toolkit.practice.setting_up import set_up, settings_text

__all__ = ["Clock", "Practice", "misplaced", "open_practice", "set_up", "settings_text", "utc_now"]
