"""Sections of plugins on the sheet: what they see, where they stand, and what becomes of one that cannot be made."""

from __future__ import annotations

import copy
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import open_practice
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SectionBlock, SheetData
from fit_toolkit.sheets.making import find_member, numbered
from fit_toolkit.sheets.pdf import sheet_pdf
from fit_toolkit.sheets.render import render_sheet
from tests.clinic import ARRIVING, START, TODAY, Clinic
from tests.sheets import examples
from tests.sheets.test_pdf import pages

FIGURES = f"""
[[sections]]
kind = "figures"
instrument = "{TODAY}"
title = "The work <together>"
"""
HEAD = """
from typing import Annotated
from msgspec import Meta
from fit_toolkit import Section, hookimpl
import pathlib
__version__ = "1.2"
fit_hook_api = "1.1"

class Mine(Section, frozen=True):
    \"\"\"What is tested.\"\"\"
    kind = "mine"
    word: Annotated[str, Meta(description="a word")] = "word"
"""
TAIL = """
@hookimpl
def register_sheet_sections():
    return [Mine]

@hookimpl
def register_template_dirs():
    return [pathlib.Path(__file__).parent / "mine"]
"""
GOOD = """
    def data(self, view):
        return {"word": self.word, "rows": len(view.ratings)}
"""


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    made = Clinic(tmp_path_factory.mktemp("rated") / "practice", day=60)
    made.open("c1")
    made.open("c2", therapist="ben")
    for week, value in enumerate([6, 8, 5, 7]):
        made.rate("c1", week * 7, value)
        made.rate("c2", week * 7, 1)
    made.rate("c1", 21, 3, instrument=ARRIVING, q7=0)
    made.practice.store.close()
    return made


@pytest.fixture
def clinic(rated: Clinic, tmp_path: Path) -> Clinic:
    made = copy.copy(rated)
    made.root = Path(shutil.copytree(rated.root, tmp_path / "practice"))
    made.practice = open_practice(made.root, clock=made.clock)
    return made


def add(clinic: Clinic, toml: str) -> None:
    """Write more into fit.toml and open the practice again."""
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text() + toml)
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)


def drop_in(
    clinic: Clinic, body: str, template: str | None = "<p>{{ word }}: {{ rows }} rows</p>", page: str = ""
) -> None:
    """A drop-in that gives the section `mine`, with its template beside it."""
    folder = clinic.root / "plugins"
    (folder / "mine" / "sections").mkdir(parents=True)
    page = f'    page = "{page}"\n' if page else ""
    (folder / "mine_plugin.py").write_text(f"{HEAD}{page}{body}{TAIL}")
    (folder / "mine_plugin.py").chmod(0o600)
    if template is not None:
        (folder / "mine" / "sections" / "mine.html").write_text(template, encoding="latin-1")
    add(clinic, '\n[[sections]]\nkind = "mine"\n')


def sheet(clinic: Clinic, client: str = "c1", *, day: int = 60) -> SheetData:
    on = START + timedelta(days=day)
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, find_member(c, client, as_of=on), as_of=on)


def fit_sheet(clinic: Clinic, *more: str) -> int:
    clinic.practice.store.close()
    return run(
        ["--practice", str(clinic.root), "sheet", "c1", "--as-of", str(START + timedelta(days=60)), *more],
        clock=clinic.clock,
    )


def test_a_section_named_in_the_settings_is_on_the_therapists_page(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    add(clinic, FIGURES)
    assert fit_sheet(clinic) == 0
    html = capsys.readouterr().out
    assert "<b>The work &lt;together&gt;</b>" in html
    assert "(4 ratings)" in html
    assert html.index("lowest <b>5</b>") < html.index("highest <b>8</b>") < html.index("latest <b>7</b>")
    assert fit_sheet(clinic, "--for", "client") == 0
    assert "The work" not in capsys.readouterr().out


def test_without_a_table_no_section_is_asked(clinic: Clinic) -> None:
    assert sheet(clinic).sections == ()


def test_a_section_with_nothing_to_show_leaves_no_trace(clinic: Clinic) -> None:
    add(clinic, FIGURES)
    assert sheet(clinic, day=3).sections == ()


def test_a_section_sees_the_ratings_of_this_member_up_to_the_day_and_no_others(clinic: Clinic) -> None:
    drop_in(clinic, """
    def data(self, view):
        seen = view.ratings[view.ratings.scale == "total"]
        return {"word": ",".join(map(str, seen.value)), "rows": len(seen), "types": [str(t) for t in seen.dtypes]}
""", "{{ word }} {{ types|join(' ') }}")  # fmt: skip
    assert sheet(clinic, day=8).sections[0].html == "6.0,8.0 datetime64[s] int64 str str str str float64 str int64"
    assert sheet(clinic, "c2", day=8).sections[0].html.startswith("1.0,1.0 ")
    assert sheet(clinic, day=60).sections[0].html.startswith("6.0,8.0,5.0,3.0,7.0 "), "arriving comes before"


def test_a_member_who_never_rated_gives_an_empty_frame_with_the_same_columns(clinic: Clinic) -> None:
    clinic.open("c3")
    drop_in(clinic, """
    def data(self, view):
        return {"word": str(view.ratings.dtypes.tolist()), "rows": view.ratings.value.sum()}
""", "{{ rows }} {{ word }}")  # fmt: skip
    assert sheet(clinic, "c3").sections[0].html.startswith("0.0 [")


def test_what_a_section_changes_in_its_frame_reaches_nobody_else(clinic: Clinic) -> None:
    drop_in(clinic, """
    def data(self, view):
        view.ratings.loc[:, "value"] = 99.0
        return {"word": "x", "rows": 1}
""")  # fmt: skip
    add(clinic, FIGURES)
    made = sheet(clinic)
    assert [block.kind for block in made.sections] == ["mine", "figures"]
    assert "highest <b>8</b>" in made.sections[1].html


def test_a_section_of_the_clients_page_sees_what_the_client_rated_and_stands_there_alone(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.rate("c1", 21, 2, instrument="today-together-therapist")
    drop_in(clinic, """
    def data(self, view):
        return {"word": ",".join(sorted(set(view.ratings.rater))), "rows": 1}
""", "raters: {{ word }}", page="client")  # fmt: skip
    assert fit_sheet(clinic, "--for", "client") == 0
    assert "raters: client<" in capsys.readouterr().out.replace("\n", "")
    assert fit_sheet(clinic) == 0
    assert "raters:" not in capsys.readouterr().out


ROUND = "{% for each in range(90000) %}"
FAULTS = {
    "raises": ("    def data(self, view):\n        raise ValueError(f'bad rating {view.ratings.value[0]}')  # here\n", None,
               "raised ValueError (mine_plugin.py:"),
    "exits": ("    def data(self, view):\n        raise SystemExit(0)\n", None, "called sys.exit (mine_plugin.py:"),
    "leaves": ("    def data(self, view):\n        import os\n        os._exit(0)\n", None, "called sys.exit (mine_plugin.py:"),
    "hangs": ("    def data(self, view):\n        import time\n        time.sleep(30)\n", None, "did not answer within 1 s"),
    "disturbs": ("    def data(self, view):\n        import os\n        os.chdir('/')\n        os.environ['TZ'] = 'x'\n        return {}\n",
                 None, "changed the environment and the working directory of its process, which was put back"),
    "forks": ("    def data(self, view):\n        import os\n        os.fork()\n        return {}\n",
              None, "started another process, which a plugin may not do"),
    "gives a frame": ("    def data(self, view):\n        return {'word': view.ratings}\n", None,
                      "data gave DataFrame where plain data is due"),
    "gives a list": ("    def data(self, view):\n        return [1]\n", None, "data gave list where a mapping"),
    "gives itself": ("    def data(self, view):\n        return {'word': self}\n", None, "data gave Mine where plain"),
    "goes in circles": ("    def data(self, view):\n        a = []\n        a.append(a)\n        return {'word': a}\n", None,
                        "data gave more than 5000 values, or lists more than 8 deep"),
    "gives infinity": ("    def data(self, view):\n        return {'word': float('inf')}\n", None, "is infinite"),
    "has a template that asks for more": (GOOD, "{{ nothing_like_that }}", "UndefinedError"),
    "has a template with a mistake": (GOOD, "\n\n{% if %}", "sections/mine.html:3: the template cannot be used"),
    "has a template that reaches out of the sandbox": (GOOD, "{{ ''.__class__.__mro__ }}", "SecurityError"),
    "has a template in another encoding": (GOOD, "<p>größer</p>", "the template sections/mine.html is not UTF-8"),
    "has a template that never ends": (GOOD, f"{ROUND}{ROUND}x{{% endfor %}}{{% endfor %}}",
                                       "makes more than 4096 kB"),
    "has a template that says nothing for ever": (GOOD, f"{ROUND}{ROUND}{{% endfor %}}{{% endfor %}}",
                                                  "its template did not end within 1 s"),
    "leaves an element open": (GOOD, "<div><p>{{ word }}</p>", "its HTML leaves <div> open"),
    "closes the page": (GOOD, "</div></body>", "its HTML closes <div>, which is not open there"),
    "asks for a picture": (GOOD, '<svg><use href="http://x.invalid/a.svg"/></svg>', "leads out of the section"),
    "brings a script": (GOOD, "<script>1</script>", "has <script>, which may not be in a section"),
    "brings a style that reaches out": (GOOD, '<p style="background: url(x.png)">x</p>', "leads out of the section"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_section_that_cannot_be_made_is_said_on_the_sheet_and_the_plugin_named(
    fault: str, clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body, template, says = FAULTS[fault]
    before = set(threading.enumerate())  # one that sleeps within a library sleeps on
    monkeypatch.setenv("FIT_PLUGINS_TIMEOUT_SECONDS", "1" if "within 1 s" in says else "20")
    drop_in(clinic, body, "{{ word }}" if template is None else template)
    add(clinic, FIGURES)
    assert fit_sheet(clinic) == 4
    out, err = capsys.readouterr()
    assert "The section mine could not be made." in out
    assert "(4 ratings)" in out, "its neighbour is made all the same"
    assert says in err
    assert "plugin mine-plugin 1.2: register_sheet_sections section mine: " in err
    assert "bad rating" not in err + out, "its message may hold a client's data"
    assert fault == "hangs" or set(threading.enumerate()) <= before, "a loop is ended, not left to run"


def test_a_section_without_its_template_says_so(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    drop_in(clinic, GOOD, None)
    assert fit_sheet(clinic) == 4
    assert "there is no template sections/mine.html" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('[[sections]]\nkind = "figures"\ninstrument = "x"\nscael = "y"\n', "section 'figures' has no parameter 'scael' (did you mean 'scale'?)"),
        ('[[sections]]\nkind = "figures"\n', "'figures' needs the parameter 'instrument'"),
        ('[[sections]]\nkind = "figures"\ninstrument = 3\n', "parameter 'instrument': Expected text, got a whole number"),
        ('[[sections]]\nkind = "figurs"\n', "there is no sheet section 'figurs' (did you mean 'figures'?)"),
        ('[[sections]]\ninstrument = "x"\n', "a section needs its kind"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_meant_is_refused_with_its_line_and_the_sheet_is_made(
    toml: str, says: str, clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (clinic.root / "fit.toml").read_text().count("\n")
    add(clinic, toml)
    assert fit_sheet(clinic) == 4
    out, err = capsys.readouterr()
    assert says in err
    place = int(err.split("fit.toml:")[1].partition(":")[0])
    assert lines < place <= lines + 4
    assert "could not be made." in out


def test_a_clinics_own_template_comes_before_the_plugins(clinic: Clinic) -> None:
    drop_in(clinic, GOOD)
    own = clinic.root / "templates" / "sections"
    own.mkdir(parents=True)
    (own / "mine.html").write_text("ours: {{ word }}")
    assert sheet(clinic).sections[0].html == "ours: word"


def test_a_template_for_a_page_comes_from_a_plugin_before_the_bundled_one(clinic: Clinic) -> None:
    drop_in(clinic, GOOD)
    (clinic.root / "plugins" / "mine" / "sheets").mkdir()
    (clinic.root / "plugins" / "mine" / "sheets" / "client.html").write_text("theirs")
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    from fit_toolkit.sheets.making import template_folders

    assert render_sheet(sheet(clinic), "client", folders=template_folders(clinic.practice)) == "theirs"


def test_sections_that_are_too_long_give_way_so_that_a_sheet_stays_one_page() -> None:
    from msgspec.structs import replace

    long = "<p>a line of a section</p>" * 60
    full = replace(
        examples.falling(),
        sections=(
            SectionBlock(kind="short", html="<p>short and sweet</p>"),
            SectionBlock(kind="long", html=long),
            SectionBlock(kind="theirs", page="client", html=long),
        ),
    )
    for page in ("therapist", "client"):
        assert pages(sheet_pdf(full, page)) == 1
    short = replace(full, sections=full.sections[:1])
    assert pages(sheet_pdf(short)) == 1
    assert "short and sweet" in render_sheet(short)


def test_the_number_of_a_sheet_follows_what_its_sections_say(clinic: Clinic) -> None:
    add(clinic, FIGURES)
    with clinic.practice.store.begin() as c:
        one, again = (numbered(c, sheet(clinic), 1, at=clinic.clock()).number for _ in range(2))
        clinic.practice.settings.sections[0].values["title"] = "other"  # type: ignore[index]
        other = numbered(c, sheet(clinic), 1, at=clinic.clock()).number
    assert one == again != other


def test_the_sheets_of_the_demo_have_sections_too_and_say_which_was_not_made(clinic: Clinic) -> None:
    from fit_toolkit.demo.sheets import make_sheets

    drop_in(clinic, "    def data(self, view):\n        raise ValueError('no')\n")
    add(clinic, FIGURES)
    made = make_sheets(clinic.practice, as_of=START + timedelta(days=60), pdf=False, say=lambda _: None)
    for each in made:
        page = (clinic.root / "sheets" / each.therapist / each.html).read_text()
        assert "The section mine could not be made." in page
        assert "(4 ratings)" in page
        assert "plugin mine-plugin 1.2" in each.problems[0]


def test_a_section_whose_plugin_did_not_load_names_the_plugin(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    drop_in(clinic, GOOD + "\nraise RuntimeError('from the start')\n")
    assert fit_sheet(clinic) == 4
    out, err = capsys.readouterr()
    assert "The section mine could not be made." in out
    assert "'mine-plugin'" in err


def test_without_plugins_the_sections_of_others_are_left_out_and_named(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    drop_in(clinic, GOOD)
    clinic.practice.store.close()
    assert run(["--practice", str(clinic.root), "--no-plugins", "sheet", "c1"], clock=clinic.clock) == 4
    out, err = capsys.readouterr()
    assert "The section mine could not be made." in out
    assert "only plugins that ship with the toolkit are loaded" in err


def test_figures_of_an_instrument_without_a_total_are_those_of_its_main_scale(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 0, instrument="dass-21")
    clinic.rate("c1", 7, 2, instrument="dass-21")
    for scale in ("", 'scale = "depression"\n', 'scale = "anxiety"\n'):
        add(clinic, f'\n[[sections]]\nkind = "figures"\ninstrument = "dass-21"\n{scale}')
    main, same, other = sheet(clinic).sections
    assert "latest <b>28</b>" in main.html
    assert main.html == same.html
    assert "DASS-21, anxiety" in other.html


def test_a_section_is_made_beside_a_form_whose_definition_is_broken(clinic: Clinic) -> None:
    text = (Path(__file__).parents[2] / "instruments/phq-9.yaml").read_text()
    own = clinic.root / "instruments/ours.yaml"
    own.write_text(text.replace("id: phq-9\n", "id: ours\n", 1))
    add(clinic, FIGURES)
    clinic.rate("c1", 0, 1, instrument="ours")
    own.write_text("format: fit-instrument/1\nid: [\n")
    add(clinic, "")
    made = sheet(clinic)
    assert "highest <b>8</b>" in made.sections[0].html
    assert made.notes[0].startswith("not shown: ours")
