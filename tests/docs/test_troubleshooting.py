"""Every message of the engine is on the page about trouble, and the page has none that nobody says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.messages import messages

PAGE = (Path(__file__).parents[2] / "docs" / "plugins" / "troubleshooting.md").read_text()
OF_OTHERS = (  # said elsewhere than in the files that are looked through
    "the template cannot be used",
    "There was no room on this page",
    "is deprecated since hook API",
    "raised …",
    "the section …could not be made",
)


def test_every_message_stands_on_the_page() -> None:
    lines = PAGE.replace("\\|", "|").splitlines()
    missing = [f"{each.file}:{each.line}: {each.shown}" for each in messages()
               if not any(each.stands_in(line) for line in lines)]  # fmt: skip
    assert not missing, "write what it means and what to do into docs/plugins/troubleshooting.md:\n" + "\n".join(
        missing
    )


def test_the_page_has_no_message_that_nobody_says() -> None:
    said = messages()
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    cells = [re.split(r"` \| ", line)[0].removeprefix("| `") for line in rows]
    stale = [cell for cell in cells if not any(each.stands_in(cell) for each in said) and not _known(cell)]
    assert len(rows) > 150
    assert not stale


def _known(cell: str) -> bool:
    return cell.startswith("fit ") or "FIT_TRACE" in cell or any(words in cell for words in OF_OTHERS)


def test_a_message_that_is_new_is_found(tmp_path: Path) -> None:
    """The search itself: a message nobody wrote down would be noticed."""
    shown = {each.shown for each in messages()}
    assert "gave more than…things" in shown
    assert "it fires at points that it calls unknown" in shown
    assert "others may write to it, so nothing in it is run (chmod go-w…)" in shown
    assert len(shown) > 150
