"""Two at once, stepped through their transactions: whatever the order, it comes to one after the other.

A run looks at each episode as it then is, so a file that comes in meanwhile may be seen by it in part and the rest by the
next run. Of that pair it is asked that every alert, event and message is one of either order, and none that both have is
missing; of all others that the whole is that of one order.

Several orders of each pair; with FIT_TEST_LONG=1 all where there are at most 300, else 300 drawn at random and more.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG
from tests.faults.interleave import PAIRS
from tests.faults.programs import lines_of
from tests.faults.scenarios import lived_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks are POSIX")


@pytest.fixture(scope="module")
def told(ram: Path) -> list[dict[str, Any]]:
    (ram / "base").mkdir()
    clinic = lived_in(ram / "base")
    return lines_of("interleave", clinic.root, clinic.clock().isoformat(), 300 if LONG else 4)


@pytest.mark.parametrize("pair", PAIRS)
def test_two_at_once_come_to_one_after_the_other(
    told: list[dict[str, Any]], pair: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = [one for one in told if one["pair"] == pair]
    assert len(mine) > 6
    assert [one for one in mine if one["wrong"] or one["text"]] == []
    assert [one for one in mine if one["differing"]] == []
    if pair != "import x evaluate":
        assert [one["order"] for one in mine if not one["exactly"]] == []
    assert [one["order"] for one in mine if one["sent twice"]] == []
    with capsys.disabled():
        print(
            f"\n{pair}: {len(mine)} orders of {mine[-1]['steps']} steps, exit codes {Counter(str(o['codes']) for o in mine)}"
        )
