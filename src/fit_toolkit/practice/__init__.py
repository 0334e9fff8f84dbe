"""The composition root: opens a practice and hands out its parts."""

from fit_toolkit.practice.misplaced import misplaced
from fit_toolkit.practice.practice import Clock, Practice, open_practice, utc_now
from fit_toolkit.practice.setting_up import set_up, settings_text
from fit_toolkit.practice.verifying import Finding, verify

__all__ = ["Clock", "Finding", "Practice", "misplaced", "open_practice", "set_up", "settings_text", "utc_now", "verify"]
