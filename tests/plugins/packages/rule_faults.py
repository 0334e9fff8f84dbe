"""Scoring rules that fork, disturb their process, change what they are given, or need what is not there."""

import locale
import os

from fit_toolkit import ScoringRule, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Forks(ScoringRule, frozen=True):
    """Forks, and both copies answer."""

    kind = "rule-forks"

    def compute(self, answers, scale):
        os.fork()
        return answers.sum(axis=1)


class Disturbs(ScoringRule, frozen=True):
    """Changes locale, working directory and environment."""

    kind = "rule-disturbs"

    def compute(self, answers, scale):
        os.environ["TZ"] = "Pacific/Kiritimati"
        os.chdir("/")
        locale.setlocale(locale.LC_ALL, "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C")
        return answers.sum(axis=1)


class Changes(ScoringRule, frozen=True):
    """Overwrites the answers it was given, which is a copy of its own."""

    kind = "rule-changes"

    def compute(self, answers, scale):
        answers.iloc[:, :] = 0.0
        return answers.sum(axis=1)


class Missing(ScoringRule, frozen=True):
    """Needs a library that is not installed once it is asked."""

    kind = "rule-needs"

    def compute(self, answers, scale):
        import no_such_library_at_all  # here

        return answers.sum(axis=1)


@hookimpl
def register_scoring_rules():
    return [Forks, Disturbs, Changes, Missing]
