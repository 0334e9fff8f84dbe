"""Definition files made up for tests."""

from __future__ import annotations

from pathlib import Path

GOOD = """\
format: fit-instrument/1
id: demo
version: "1"
title: Demo
construct: symptoms
raters: [client]
direction: higher_is_worse
licence: {status: open, electronic_use: allowed, text_included: false}
validation: {status: unknown}
items:
  - {id: q1, range: [0, 3]}
  - {id: q2, range: [0, 3]}
  - {id: q3, range: [0, 3], scored: false}
scales:
  - id: total
    items: [q1, q2]
    reverse: [q2]
    range: [0, 6]
    cutoffs:
      - {value: 4, operator: ">=", label: line, source: book, verified: true}
    band_sets:
      - id: main
        source: book
        bands: [{low: 0, high: 2, label: low}, {low: 3, high: 6, label: high}]
risk:
  - {id: danger, item: q3, operator: ">=", value: 1, meaning: danger, source: book}
sources:
  book: {text: a book}
tests:
  - {given: {q1: 3, q2: 0}, expect: {total: 6}}
"""


def write(folder: Path, *changes: tuple[str, str], name: str = "demo.yaml") -> Path:
    """Write the good file with some of its text replaced."""
    text = GOOD
    for old, new in changes:
        assert old in text, f"the good file does not hold {old!r}"
        text = text.replace(old, new, 1)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
