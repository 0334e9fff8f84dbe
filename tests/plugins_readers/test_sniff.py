"""Of all readers exactly one is surest of a file, and it is the right one."""

from __future__ import annotations

import pytest

from tests.plugins_readers.kit import READERS


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_sample_is_surest_taken_for_what_it_is(kind: str) -> None:
    cls = READERS[kind]
    suffix = cls.suffixes[0] if cls.suffixes else ""
    sure = {name: other().sniff(cls.sample[: 64 * 1024], suffix) for name, other in READERS.items()}

    assert [name for name, value in sure.items() if value == max(sure.values())] == [kind]
