"""A made-up form whose lines, bands and tables differ by age, sex and rater, for tests of who gets which."""

from __future__ import annotations

from pathlib import Path

KEYED = """\
format: fit-instrument/1
id: keyed
version: "1"
title: Keyed
construct: outcome
raters: [client, carer]
direction: higher_is_worse
licence: {status: open, electronic_use: allowed, text_included: false}
validation: {status: published}
items:
  - {id: q1, range: [0, 3]}
  - {id: q2, range: [0, 3]}
scales:
  - id: total
    items: [q1, q2]
    range: [0, 6]
    cutoffs:
      - {value: 2, operator: ">=", label: clinical, source: book, verified: true, who: {sex: female, age: [11, 13], rater: client}}
      - {value: 3, operator: ">=", label: clinical, source: book, verified: true, who: {sex: female, age: [14, 16], rater: client}}
      - {value: 5, operator: ">=", label: clinical, source: book, verified: true, who: {rater: carer}}
    band_sets:
      - id: girls
        source: book
        verified: true
        who: {sex: female, age: [11, 13]}
        bands: [{low: 0, high: 1, label: girl low}, {low: 2, high: 6, label: girl high}]
      - id: boys
        source: book
        verified: true
        who: {sex: male, age: [11, 13]}
        bands: [{low: 0, high: 3, label: boy low}, {low: 4, high: 6, label: boy high}]
      - id: recalled
        source: book
        bands: [{low: 0, high: 3, label: recalled low}, {low: 4, high: 6, label: recalled high}]
  - id: t
    items: [q1, q2]
    method: lookup
    range: [30, 90]
    tables:
      - who: {sex: female}
        source: book
        verified: true
        rows: ROWS
"""
ROWS = "[{raw: 0, value: 30}, {raw: 1, value: 40}, {raw: 2, value: 50}, {raw: 3, value: 60}, {raw: 4, value: 70}, {raw: 5, value: 80}, {raw: 6, value: 90, se: 2.5}]"
MALE = "[{raw: 0, value: 35}, {raw: 1, value: 41}, {raw: 2, value: 51}, {raw: 3, value: 61}, {raw: 4, value: 71}, {raw: 5, value: 81}, {raw: 6, value: 89}]"
REST = f"""\
      - {{who: {{sex: male}}, source: book, verified: true, rows: {MALE}}}
sources:
  book: {{text: made up for a test}}
tests:
  - {{name: a girl, given: {{q1: 1, q2: 1}}, expect: {{total: 2, t: 50}}, band: {{total: girl high}}, person: {{age: 12, sex: female}}}}
  - {{name: a boy, given: {{q1: 1, q2: 1}}, expect: {{total: 2, t: 51}}, band: {{total: boy low}}, person: {{age: 12, sex: male}}}}
  - {{name: somebody, given: {{q1: 1, q2: 1}}, expect: {{total: 2, t: null}}, band: {{total: ""}}}}
"""


def write_keyed(folder: Path) -> Path:
    """Write the definition as `keyed.yaml` into a folder."""
    file = folder / "keyed.yaml"
    file.write_text(KEYED.replace("rows: ROWS", f"rows: {ROWS}") + REST, encoding="utf-8")
    return file
