"""The fingerprint of a definition: stored scores name it, so it may change only when the scoring does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from fit_toolkit import catalog
from fit_toolkit.model.instrument import Band, BandSet, Instrument, Recode, Round, Who

# The first eight definitions, kept in `first` as they were, and the hashes that scores stored with them name.
# Neither is ever edited to make a test pass: a definition that says the same has the same hash in every later version.
FIRST = {
    "arriving-today": "09a33e004944717c5581165990cd10d721f336ffdeaba8d66a36b54b2a86d4f4",
    "core-10": "15ef37093a3223b35efb2714638c5cdddf41c4e090e5a957a4ac8411e0b7a3fe",
    "gad-7": "89fdd00297036413810a0ff637f3b4274c5ec86f0f3ef4328347125686326064",
    "ors": "aaab040ce49c1eae31efdb3a4821c9494b4058ea3c51cb67f8650cf8c7f9a2f8",
    "phq-9": "1fa8c8cc213ed93f9ab972d3fa81c461f6f260638b316b0be3a0e0d1a13cc835",
    "srs-3": "c7cfd5ae617503ee9689f4703c15b17abc3ba0f7d3c35de5ec95d295a936c143",
    "today-together-client": "42809629a9de9e0ccca047486661189476c4e69e2d1af6fc5757fcb6abcedc56",
    "today-together-therapist": "d3f1f5e19d5fcaf93d5ad11386aed614d2293871e5f92f9294533f72f5eeee85",
}


@pytest.fixture(scope="module")
def old() -> catalog.Catalog:
    return catalog.build([Path(__file__).parent / "first"])


@pytest.mark.parametrize(("id", "stored"), FIRST.items())
def test_an_old_definition_keeps_the_hash_that_stored_scores_name(old: catalog.Catalog, id: str, stored: str) -> None:
    assert old.hash(id) == stored


@pytest.mark.parametrize(
    "change",
    [
        {"multiply": 2.0},
        {"recode": (Recode(at_least=2.0),)},
        {"round": Round()},
        {
            "band_sets": (
                BandSet(
                    id="girls",
                    source="x",
                    verified=True,
                    who=Who(sex="female"),
                    bands=(Band(low=0, high=27, label="b"),),
                ),
            )
        },
    ],
    ids=["multiply", "recode", "round", "keyed bands"],
)
def test_what_changes_a_score_or_a_label_changes_the_hash(old: catalog.Catalog, change: dict[str, object]) -> None:
    before = old.get("gad-7")
    scale = msgspec.structs.replace(before.scales[0], **change)
    after: Instrument = msgspec.structs.replace(before, scales=(scale,))

    assert catalog.definition_hash(after) != FIRST["gad-7"]


def test_another_name_for_a_column_and_a_suggested_policy_change_nothing(old: catalog.Catalog) -> None:
    before = old.get("gad-7")
    items = tuple(msgspec.structs.replace(item, aliases=(f"gad7_{item.id}",)) for item in before.items)

    assert catalog.definition_hash(msgspec.structs.replace(before, items=items)) == FIRST["gad-7"]
