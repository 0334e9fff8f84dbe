"""What one form leaves unanswered, reckoned without tables, is what the tables say."""

from __future__ import annotations

import random

import pandas as pd

from fit_toolkit.catalog import build, bundled
from fit_toolkit.scoring import left_out_of, risk_left_out


def test_what_one_form_leaves_out_is_what_it_leaves_out_among_many() -> None:
    chance = random.Random(7)
    for form in (each for each in build([bundled()]) if each.risk):
        ids = [item.id for item in form.number_items]
        for _ in range(20):
            numbers = {id: chance.choice([None, 0.0, 1.0, 2.0]) for id in ids}
            raw = {id: chance.choice(["", "not-applicable", "n/a"]) for id in ids}
            table, words = pd.DataFrame([numbers], dtype=float), pd.DataFrame([raw], dtype=object)
            assert left_out_of(form, raw, numbers) == list(risk_left_out(form, table, words)["item"]), form.id
