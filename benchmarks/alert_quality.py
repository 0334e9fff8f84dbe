"""What alerts are worth on made-up cohorts, beside the classical rules: `python benchmarks/alert_quality.py [CLIENTS]`.

The model is that of `fit_toolkit.analysis.simulate`: true level N(37, 2.5), noise 1.5, ratings to 0.1 from 0 to 40, 12
sessions, and a rupture of 5 points at one session. False alarms are flags per rating of clients who have no rupture at all;
sensitivity is the share of rupture sessions that are flagged. Both count ratings from the second on, because most rules
say nothing about a first. Two bars, on the model itself:

1. `beyond-usual` tuned to 95 % of the sensitivity of "drop >= 1 or below 36": at most one fifth of its false alarms.
2. both tuned to a sensitivity of .84: at most .03 false alarms, and at most .40 of those of the best-tuned plain drop.

Then the same where the norms or the model are off; these are reported and are no bar. Ends with 1 where a bar is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from fit_toolkit.analysis import CohortModel, simulate
from fit_toolkit.course import AlertPolicy, Course, Norms
from fit_toolkit.engine import build_registry

CLIENTS, SEED = 60_000, 20261123
BASE = CohortModel(ruptured=1.0)
SHARE_OF_SENSITIVITY, FIFTH, SENSITIVITY, MOST, OF_DROP = 0.95, 0.20, 0.84, 0.03, 0.40
KINDS = {name: given.cls for name, given in build_registry(third_party=False).policies.items() if given.cls}
Rule = Callable[[Course], np.ndarray]


@dataclass(frozen=True)
class Worth:
    """Sensitivity and false alarms of a rule."""

    sensitivity: float
    false_alarms: float

    def __str__(self) -> str:
        """Both, to three digits."""
        return f"{self.sensitivity:.3f} / {self.false_alarms:.4f}"


@dataclass(frozen=True)
class Trial:
    """A cohort in which everybody has a rupture, and one with the same noise in which nobody has."""

    model: CohortModel
    clients: int

    def __post_init__(self) -> None:
        """Make both up."""
        self.__dict__["with_one"] = simulate(self.model, self.clients, seed=SEED)
        self.__dict__["without"] = simulate(msgspec.structs.replace(self.model, ruptured=0.0), self.clients, seed=SEED)

    def worth(self, rule: Rule) -> Worth:
        """Count flags at the ruptures, and in the ratings of those who have none."""
        with_one, without = self.__dict__["with_one"], self.__dict__["without"]
        return Worth(
            float(rule(with_one.course)[with_one.onset].mean()),
            float(rule(without.course)[without.course.number > 1].mean()),
        )

    def tuned(self, rule: Callable[[float], Rule], least: float, low: float, high: float) -> tuple[float, Worth]:
        """Find the largest parameter between two at which the sensitivity is still `least`: it falls as that grows."""
        for _ in range(22):
            middle = (low + high) / 2
            if self.worth(rule(middle)).sensitivity >= least:
                low = middle
            else:
                high = middle
        return low, self.worth(rule(low))


def asked(kind: str, **parameters: object) -> Rule:
    """Give the flags of a bundled policy."""
    policy: AlertPolicy = KINDS[kind](**parameters)
    return lambda course: policy.find(course).fires


def either(*rules: Rule) -> Rule:
    """Flag what any of some rules does."""
    return lambda course: np.logical_or.reduce([rule(course) for rule in rules])


def usual(norms: Norms) -> Callable[[float], Rule]:
    """Give `beyond-usual` by its coverage."""
    return lambda coverage: asked("beyond-usual", coverage=coverage, norms=norms)


def drop(points: float) -> Rule:
    """Give the plain drop by its points."""
    return asked("drop", points=points)


CONVENTION = either(drop(1.0), asked("cutoff", line=36, operator="<"))


def compare(title: str, model: CohortModel, norms: Norms, clients: int) -> bool:
    """Print one comparison; true where both bars hold in it."""
    trial = Trial(model, clients)
    convention = trial.worth(CONVENTION)
    level, first = trial.tuned(usual(norms), SHARE_OF_SENSITIVITY * convention.sensitivity, 0.5001, 0.9999)
    of_convention = first.false_alarms / convention.false_alarms
    coverage, ours = trial.tuned(usual(norms), SENSITIVITY, 0.5001, 0.9999)
    points, plain = trial.tuned(drop, SENSITIVITY, 0.05, 15.0)
    of_drop = ours.false_alarms / plain.false_alarms
    print(f"\n{title}  (sensitivity / false alarms per rating without a rupture)")
    print(f"  drop >= 1 or below 36             {convention}")
    short = (
        ""
        if first.sensitivity >= SHARE_OF_SENSITIVITY * convention.sensitivity
        else " (95 % of that sensitivity is not reached)"
    )
    print(
        f"  beyond-usual, coverage {level:.3f}      {first}   {of_convention:.3f} of its false alarms (bar {FIFTH}){short}"
    )
    print(f"  drop >= {points:.2f}                      {plain}")
    print(
        f"  beyond-usual, coverage {coverage:.3f}      {ours}   (bar {MOST});"
        f" {of_drop:.3f} of the drop's (bar {OF_DROP})"
    )
    print(f"  beyond-usual, coverage 0.95       {trial.worth(usual(norms)(0.95))}   (as it comes)")
    return not short and of_convention <= FIFTH and ours.false_alarms <= MOST and of_drop <= OF_DROP


def others(clients: int) -> None:
    """Print the rules that take no tuning, for falls of 3 and of 5 points."""
    print("\nother rules as they come  (sensitivity / false alarms), a fall of 3, then of 5 points")
    norms = BASE.norms()
    trials = [Trial(msgspec.structs.replace(BASE, depth=depth), clients) for depth in (3.0, 5.0)]
    rules = {
        "drop >= 1": drop(1.0),
        "below 36": asked("cutoff", line=36, operator="<"),
        "either": CONVENTION,
        "drop >= 4.16 (reliable change)": drop(4.16),
        "control-chart": asked("control-chart"),
        "beyond-usual, own ratings only": asked("beyond-usual"),
        "beyond-usual 0.95": usual(norms)(0.95),
        "beyond-usual 0.90": usual(norms)(0.90),
        "slow-erosion": asked("slow-erosion", norms=norms),
    }
    for name, rule in rules.items():
        print(f"  {name:32}  {'   '.join(str(trial.worth(rule)) for trial in trials)}")


def main() -> int:
    """Run everything; 1 where a bar is missed on the model itself."""
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS
    met = compare(f"The model, {clients} clients with and {clients} without a rupture", BASE, BASE.norms(), clients)
    wide = msgspec.structs.replace(BASE, sd_between=4.0, sd_within=2.0)
    uneven = msgspec.structs.replace(BASE, noise_spread=0.4)
    for title, model, norms in (
        ("Prior mean one between SD too high", BASE, BASE.norms(mean_off=1)),
        ("Prior mean one between SD too low", BASE, BASE.norms(mean_off=-1)),
        ("Within SD in the norms 0.7 of the truth", BASE, BASE.norms(within=0.7)),
        ("Within SD in the norms 1.4 times the truth", BASE, BASE.norms(within=1.4)),
        ("Between SD 4, within SD 2, norms right", wide, wide.norms()),
        ("Clients differ in noise (SD of log 0.4), one norm for all", uneven, uneven.norms()),
    ):
        compare(title, model, norms, clients)
    others(clients)
    print(f"\nBars on the model itself: {'met' if met else 'MISSED'}")
    return int(not met)


if __name__ == "__main__":
    raise SystemExit(main())
