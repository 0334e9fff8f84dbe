from __future__ import annotations

import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.settings.lines import line_of, locate

TEXT = '''\
# a comment with [brackets] and a = sign
[practice]
name = "x # no comment"   # a comment
long = """
[mail]
host = "not a key"
"""
list = [
  "a", # ]
  "b",
]
"quoted key" = 1
dotted.inner = 2

[[policies]]
id = "one"
after = 2

[[policies]]
id = "two"
other = {rater = "therapist"}

[channels.pager]
url = "x"
'''


def test_every_key_is_found_on_its_line() -> None:
    lines = locate(TEXT)
    expected = {
        ("practice",): 2, ("practice", "name"): 3, ("practice", "long"): 4, ("practice", "list"): 8,
        ("practice", "quoted key"): 12, ("practice", "dotted", "inner"): 13, ("policies", 0): 15,
        ("policies", 0, "after"): 17, ("policies", 1, "id"): 20, ("channels", "pager", "url"): 24,
    }  # fmt: skip
    assert {path: lines.get(path) for path in expected} == expected
    assert ("mail",) not in lines
    assert ("practice", "host") not in lines


def test_a_key_within_an_inline_table_is_on_the_line_of_the_table() -> None:
    assert line_of(locate(TEXT), ("policies", 1, "other", "rater")) == 21


values = st.one_of(st.integers(0, 99), st.text(max_size=9), st.lists(st.text(max_size=5), max_size=3), st.booleans())


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.dictionaries(st.sampled_from("uvwxyz"), values, max_size=4)),
                unique_by=lambda entry: entry[0], max_size=4))  # fmt: skip
def test_whatever_is_written_is_found_where_it_was_written(tables: list[tuple[str, dict[str, object]]]) -> None:
    lines: list[str] = []
    expected: dict[tuple[str | int, ...], int] = {}
    for name, table in tables:
        lines.append(f"[{name}]")
        expected[name,] = len(lines)
        for key, value in table.items():
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f"))
            expected[name, key] = len(lines)
    text = "\n".join(lines)
    tomllib.loads(text)
    assert locate(text) == expected
