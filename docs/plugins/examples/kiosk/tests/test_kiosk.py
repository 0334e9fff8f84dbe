from __future__ import annotations

from pathlib import Path

import pytest
from fit_kiosk import Kiosk

from fit_toolkit import DataError
from fit_toolkit.testing import plugin_checks

test_kiosk = plugin_checks("kiosk")


def written(folder: Path, text: str) -> Path:
    file = folder / "forms.kiosk"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_form_is_a_row_that_knows_its_line(tmp_path: Path) -> None:
    table = Kiosk().rows(written(tmp_path, "client: k17\nq1: 7\n\n\nclient: k18\nq2: 3,5\n"))

    assert table.columns == ("client", "q1", "q2")
    assert table.rows == [["k17", "7", ""], ["k18", "", "3,5"]]
    assert table.lines == [1, 5]


@pytest.mark.parametrize("text", ["client: k17\nseven\n", "client: k17\n: 7\n", "q1: 7\nq1: 8\n"])
def test_what_is_not_understood_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError) as refused:
        Kiosk().rows(written(tmp_path, text))

    assert refused.value.where == "forms.kiosk:2"
