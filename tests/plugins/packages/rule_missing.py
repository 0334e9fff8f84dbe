"""A scoring rule that needs a library that is not installed."""

import no_such_library_at_all  # here

from fit_toolkit import ScoringRule, hookimpl

fit_hook_api = "1.0"


class Rule(ScoringRule, frozen=True):
    """Never gets this far."""

    kind = "rule-missing"

    def compute(self, answers, scale):
        return no_such_library_at_all.score(answers)


@hookimpl
def register_scoring_rules():
    return [Rule]
