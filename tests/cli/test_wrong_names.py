"""A name that nobody has ends alike under every command: docs/stable-contracts.md, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Fit

NOT_HELD = """\
sheet NOPE
form NOPE today-together-client -o form.pdf
form --blank nope -o form.pdf
alerts show 99999
alerts ack 99999 --action unclear
alerts ack --from nowhere.txt
alerts resend 99999 --reason again
alerts list --client NOPE
alerts list --therapist nope
staff close nope --on 2026-01-01
episodes close NOPE --reason planned
episodes transfer NOPE --to anna
episodes label NOPE couple
appointments set 99999 held
plan add nope
plan remove 99999
void 99999 --reason mistaken
void --list NOPE
move 99999 NOPE --reason mistaken
import undo 99999 --reason mistaken
import nowhere.csv
instruments show nope
instruments test nope
instruments check nope
instruments enable nope
policies tune nope --budget 10/100
norms check NOPE
curves check NOPE
curves export NOPE -o pack.json
analyze score fit.toml --instrument nope
"""
NOT_GIVEN = """\
policies show nope
plugins show nope
plugins check nope
plugins enable nope
plugins disable nope
"""
NOT_READ = """\
nope
alerts nope
--nope
alerts show nope
alerts stats --by nope
alerts outbox --state nope
alerts run --as-of nope
config show nope
sheet NOPE --language xx
sheets --language xx -o out
caseload --format html --language xx
report --language xx
copy NOPE --language xx -o out
"""


@pytest.mark.parametrize(("lines", "code"), [(NOT_HELD, 3), (NOT_GIVEN, 5), (NOT_READ, 2)], ids=["3", "5", "2"])
def test_a_name_that_nobody_has_ends_by_one_rule(
    fit: Fit, practice: Path, monkeypatch: pytest.MonkeyPatch, lines: str, code: int
) -> None:
    monkeypatch.chdir(practice)
    ended = {line: fit(*line.split()) for line in lines.splitlines()}
    assert {line: each.code for line, each in ended.items()} == dict.fromkeys(ended, code)
    assert [line for line, each in ended.items() if not each.err + each.out] == []
