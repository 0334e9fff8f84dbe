from __future__ import annotations

import math

from fit_toolkit import catalog
from fit_toolkit.scoring.one import score_one


def test_one_form_is_scored_as_any_other_and_given_by_scale() -> None:
    phq = catalog.build([catalog.bundled()]).get("phq-9")
    answers = {f"q{number}": 1.0 for number in range(1, 10)}
    found = score_one(phq, answers)
    assert (found["total"]["value"], found["total"]["band"], found["total"]["status"]) == (9, "mild", "complete")
    del answers["q9"]
    assert math.isnan(score_one(phq, answers)["total"]["value"])
