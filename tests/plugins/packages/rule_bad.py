"""Scoring rules, each wrong in its own way."""

import datetime
import random

import numpy as np

from fit_toolkit import ScoringRule, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class ByChance(ScoringRule, frozen=True):
    """A little more or less each time."""

    kind = "rule-by-chance"

    def compute(self, answers, scale):
        return answers.sum(axis=1) + random.random()


class Across(ScoringRule, frozen=True):
    """How far from the mean of everybody."""

    kind = "rule-across"

    def compute(self, answers, scale):
        total = answers.sum(axis=1)
        return total - total.mean()


class Changes(ScoringRule, frozen=True):
    """Reverses an item where it stands."""

    kind = "rule-changes"

    def compute(self, answers, scale):
        answers.iloc[:, 0] = 4 - answers.iloc[:, 0]
        return answers.sum(axis=1)


class Clock(ScoringRule, frozen=True):
    """Counts the years since it was written."""

    kind = "rule-clock"

    def compute(self, answers, scale):
        return answers.sum(axis=1) + datetime.date.today().year


class Empty(ScoringRule, frozen=True):
    """Takes a first form for granted."""

    kind = "rule-empty"

    def compute(self, answers, scale):
        return answers.sum(axis=1) + 0 * answers.iloc[0, 0]


class Order(ScoringRule, frozen=True):
    """Adds the number of the row."""

    kind = "rule-order"

    def compute(self, answers, scale):
        return answers.sum(axis=1) + np.arange(len(answers))


class Blind(ScoringRule, frozen=True):
    """Has no score for a form of all highest answers."""

    kind = "rule-blind"

    def compute(self, answers, scale):
        total = answers.sum(axis=1, skipna=False)
        return total.where(total < 20)


class Writes(ScoringRule, frozen=True):
    """Keeps a record of its own."""

    kind = "rule-writes"

    def compute(self, answers, scale):
        try:
            with open("log.txt", "a") as file:
                file.write("scored\n")
        except OSError:
            pass
        return answers.sum(axis=1)


@hookimpl
def register_scoring_rules():
    return [ByChance, Across, Changes, Clock, Empty, Order, Blind, Writes]
