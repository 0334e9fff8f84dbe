"""A scoring rule that runs in a child process."""

from fit_toolkit import ScoringRule, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Top(ScoringRule, frozen=True):
    """The highest answer, times `weight`."""

    kind = "top"
    weight: float = 1.0

    def compute(self, answers, scale):
        return answers.max(axis=1) * self.weight


class Broken(ScoringRule, frozen=True):
    """Raises."""

    kind = "broken-rule"

    def compute(self, answers, scale):
        raise ValueError(f"CANARY {answers.iloc[0, 0]}")


class Short(ScoringRule, frozen=True):
    """Loses a row."""

    kind = "short-rule"

    def compute(self, answers, scale):
        return answers.max(axis=1).iloc[1:]


@hookimpl
def register_scoring_rules():
    return [Top, Broken, Short]
