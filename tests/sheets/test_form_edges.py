"""No word of a printed form stands beyond the rules between its lines."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.sheets import form_pdf

RIGHT = 553.0  # points: the paper of 210 mm less the margin


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler-utils)")
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("id", ["today-together-client", "today-together-therapist", "arriving-today"])
def test_every_word_of_a_form_ends_within_its_margin(tmp_path: Path, id: str, language: str) -> None:
    known = catalog.build([catalog.bundled()])
    form = tmp_path / "form.pdf"
    form.write_bytes(form_pdf(known.get(id), known.wording(id, language)))
    told = subprocess.run(["pdftotext", "-bbox", form, "-"], capture_output=True, text=True, check=True).stdout
    ends = [float(end) for end in re.findall(r'xMax="([\d.]+)"', told)]
    assert len(ends) > 50
    assert max(ends) <= RIGHT
