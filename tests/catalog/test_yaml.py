from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.catalog.yaml import MAX_BYTES, read


def codes(text: bytes) -> list[str]:
    return [f"{finding.line}:{finding.column} {finding.code}" for finding in read(text, "f.yaml").findings]


def test_yaml_12_keeps_no_and_times_as_text() -> None:
    document = read(b"a: no\nb: yes\nc: 12:30\nd: 2026-03-12\ne: true\nf: ~\ng: 1.50\n", "f.yaml")
    assert document.data == {"a": "no", "b": "yes", "c": "12:30", "d": "2026-03-12", "e": True, "f": None, "g": 1.5}


def test_every_key_and_value_has_its_place() -> None:
    document = read(b"a: 1\nb:\n  - {x: 1, y: two}\n", "f.yaml")
    assert document.place(("b", 0, "y")) == (3, 15)
    assert document.place(("b", 0, "y"), key=True) == (3, 12)
    assert document.place(("b", 0, "z")) == (3, 5)  # the nearest thing around it
    assert document.place(("nowhere",)) == (1, 1)


def test_a_key_given_twice_is_found_each_time() -> None:
    assert codes(b"a: 1\nb: {c: 1, c: 2}\na: 3\n") == ["2:11 FI009", "3:1 FI009"]


def test_the_first_of_two_is_kept() -> None:
    assert read(b"a: 1\na: {b: 2}\n", "f.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", "1:1 FI004"),
        (b"a: \xff", "1:1 FI002"),
        (b"a: [1, 2\n", "2:1 FI003"),
        (b"a:\n\t- b", "2:1 FI003"),
        (b"a: >= 3", "1:5 FI003"),
        (b"a: 1\n---\nb: 2\n", "2:1 FI005"),
        (b"a: &x [1]\nb: *x\n", "1:4 FI006"),
        (b"? [1]\n: 2\n", "1:3 FI007"),
        (b"a: " + b"[" * 30, "1:23 FI008"),
        (b"a: !!python/object:os.system x", "1:4 FI010"),
        (b"a: .inf", "1:4 FI011"),
        (b"a: 0x1F", "1:4 FI011"),
        (b"a: " + b"9" * 400, "1:4 FI011"),
        (b"%YAML 1.1\n---\na: no\n", "2:1 FI012"),
        (b"a: 1\n" * (MAX_BYTES // 5 + 1), "1:1 FI001"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: bytes, found: str) -> None:
    assert codes(text) == [found]


def test_a_laughing_file_is_refused_at_once() -> None:
    bomb = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 120))
    assert codes(bomb) == ["1:4 FI006"]


def test_signs_without_quotes_get_advice() -> None:
    assert "quotes" in read(b"operator: >= 3", "f.yaml").findings[0].message
    assert "spaces" in read(b"a:\n\t- b", "f.yaml").findings[0].message


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_whatever_raise(text: bytes) -> None:
    document = read(text, "f.yaml")
    assert document.findings or document.data is not None
