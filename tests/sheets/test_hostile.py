"""Templates of somebody who means harm, or is mistaken: none reads a file, asks the network or reaches behind the data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from fit_toolkit.errors import ConfigError
from fit_toolkit.language import languages
from fit_toolkit.sheets.guard import still
from fit_toolkit.sheets.look import PLAIN, Look
from fit_toolkit.sheets.making import usable_folders
from fit_toolkit.sheets.render import render, render_sheet
from tests.sheets import examples

REACHING = (
    "{{ sheet.__class__ }}",
    "{{ sheet|attr('__class__') }}",
    "{{ sheet['__class__'] }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [sheet]|map(attribute='__class__')|first }}",
    "{{ ([sheet]|groupby('__class__')|first).grouper }}",
    "{{ sheet.__struct_fields__ }}",
    "{{ sheet.as_of.today() }}",
    "{{ sheet.as_of.strftime('%Y') }}",
    "{{ sheet.as_of.__reduce__() }}",
    "{{ '{0.__class__}'.format(sheet) }}",
    "{{ '{0.__class__}'.format_map({'0': sheet}) }}",
    "{{ ('{0.__class__}'|safe).format(sheet) }}",
    "{{ '%s'.__mod__(sheet) }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ _.__globals__ }}",
    "{{ ngettext.__self__ }}",
    "{{ render.__globals__ }}{{ cycler.__init__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ range.__self__ }}",
    "{% for x in sheet.alerts %}{{ x.reason.encode() }}{{ x.reason.translate({}) }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% include '../../fit.toml' %}",
    "{% include 'sheets/../../fit.toml' %}",
    "{% include 'file:///etc/passwd' %}",
    "{% import '../fit.toml' as x %}",
    "{% extends 'C:/windows/win.ini' %}",
    "{% set sheet.client = 'x' %}",
    "{% do sheet.sections.append(1) %}",
    "{{ sheet.sections.append(1) }}",
)
SWELLING = (
    "{{ 'a' * 999999999 }}",
    "{{ [0] * 999999999 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '{:>99999999}'.format(1)|length }}",
    "{{ ('{a:>99999999}'|safe).format_map({'a': 1})|length }}",
    "{{ '%999999999d'|format(1) }}",
    "{{ 'a'|center(999999999) }}",
    "{{ 'a'.center(999999999) }}",
    "{{ 'a'.ljust(999999999) }}",
    "{{ 'a'.zfill(999999999) }}",
    "{{ 'a'|indent(999999999) }}",
    "{{ 'aaaa'.replace('', 'a') }}",
    "{{ lipsum(n=100000) }}",
    "{% for a in range(100001) %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99) %}a{% endfor %}{% endfor %}",
    "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "{{ 'é' | tojson }}{{ [1] | batch(99999999, 'x') | list }}",
    "{{ [1] | slice(99999999) | list }}",
    "{% macro m() %}{{ varargs }}{% endmacro %}{{ m(1) }}",
    "{{ dict(a=1) }}",
)
# Each makes twice as much of what it is given; forty times over that is a terabyte.
DOUBLING = {
    "~": "{% set ns.a = ns.a ~ ns.a %}",
    "+": "{% set ns.a = ns.a + ns.a %}",
    "join": "{% set ns.a = [ns.a, ns.a]|join %}",
    "join with": "{% set ns.a = [1, 1, 1]|join(ns.a) %}",
    "sum": "{% set ns.a = [ns.a, ns.a]|sum %}",
    "%": "{% set ns.a = '%s%s' % (ns.a, ns.a) %}",
    "format": "{% set ns.a = '%s%s'|format(ns.a, ns.a) %}",
    "a block": "{% set a %}{{ ns.a }}{{ ns.a }}{% endset %}{% set ns.a = a %}",
    "a macro": "{% macro m(a) %}{{ a }}{{ a }}{% endmacro %}{% set ns.a = m(ns.a) %}",
    "a call": "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}{% set ns.a %}{% call m() %}{{ ns.a }}{% endcall %}{% endset %}",
    "a filter": "{% set a %}{% filter upper %}{{ ns.a }}{{ ns.a }}{% endfilter %}{% endset %}{% set ns.a = a %}",
    "a translation": "{% set ns.a = _('%(a)s%(a)s', a=ns.a) %}",
    "plurals": "{% set ns.a = ngettext('%(a)s%(a)s', '%(a)s%(a)s', 2, a=ns.a) %}",
    "escaping": "{% set ns.a = (ns.a ~ '&&&&')|forceescape ~ ns.a|e %}",
    "a list": "{% set ns.a = [ns.a, ns.a] %}",
    "a tuple": "{% set ns.a = (ns.a, ns.a) %}",
    "a dictionary": "{% set ns.a = {1: ns.a, 2: ns.a} %}",
    "lists": "{% set ns.b = ns.b + ns.b %}",
    "a list of many": "{% set ns.a = range(99999)|map(attribute='x', default=ns.a ~ 'aaaaaaaaaaaa')|list %}",
    "numbers": "{% set ns.n = ns.n * ns.n %}",
    "upper": "{% set ns.a = (ns.a ~ 'ß')|upper + ns.a|string %}",
}
OUTSIDE = (
    "<script>fetch('https://example.org')</script>",
    "<img src='https://example.org/x.png'>",
    "<img src='file:///etc/passwd'>",
    "<img srcset='x.png 2x'>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<style>@import 'x.css'</style>",
    "<style>p { background: url(file:///etc/passwd) }</style>",
    "<style>p { background: u\\72l(x) }</style>",
    "<p style='background: url(http://127.0.0.1/)'>x</p>",
    "<svg><image href='http://example.org/x.svg'/></svg>",
    "<svg><use xlink:href='file:///etc/passwd#a'/></svg>",
    "<svg><rect fill='url(http://example.org/x#a)'/></svg>",
    "<svg><foreignObject><p>x</p></foreignObject></svg>",
    "<svg onload='fetch(1)'></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='https://example.org'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<base href='https://example.org/'>",
    "<iframe src=/etc/passwd></iframe>",
    "<object data=file:///etc/passwd></object>",
    "<form action=https://example.org><input></form>",
)
GOOD = "{% extends 'bundled/sheets/therapist.html' %}{% block notes %}<p>Our own</p>{% endblock %}"


def folder(root: Path, text: str, name: str = "sheets/therapist.html") -> Path:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return root / "templates"


@pytest.mark.parametrize("payload", REACHING)
def test_a_template_that_reaches_behind_the_data_or_for_a_file_is_not_run(payload: str, tmp_path: Path) -> None:
    folders = (folder(tmp_path, payload),)
    with pytest.raises(ConfigError):
        render_sheet(examples.falling(), folders=folders)
    assert usable_folders(examples.falling(), "therapist", folders, PLAIN)[0] == ()


@pytest.mark.parametrize("payload", SWELLING)
def test_a_template_that_swells_is_stopped(payload: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        render("sheets/therapist.html", {}, folders=(folder(tmp_path, payload),))


@pytest.mark.parametrize("how", DOUBLING)
def test_what_makes_twice_as_much_is_stopped_while_it_is_small(how: str, tmp_path: Path) -> None:
    text = (
        "{% set ns = namespace(a='a', b=[1], n=3) %}{% for _n in range(60) %}"
        + DOUBLING[how]
        + "{% endfor %}{{ ns.a }}"
    )
    own = (folder(tmp_path, text),)
    with pytest.raises(ConfigError, match="SecurityError"):
        render("sheets/therapist.html", {}, folders=own)


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_template_that_is_a_link_to_another_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("the key of the pseudonyms")
    folder = tmp_path / "practice/templates"
    (folder / "sheets").mkdir(parents=True)
    (folder / "sheets/client.html").symlink_to(secret)
    with pytest.raises(ConfigError, match="a link that leads out of its folder"):
        render_sheet(examples.falling(), "client", folders=(folder,))
    (folder / "sheets/client.html").unlink()
    (folder / "ours.html").write_text("from the folder itself")
    (folder / "sheets/client.html").symlink_to(folder / "ours.html")
    linked = tmp_path / "look"
    linked.symlink_to(folder, target_is_directory=True)
    assert render_sheet(examples.falling(), "client", folders=(linked,)) == "from the folder itself"


def test_templates_still_put_texts_lists_and_numbers_together(tmp_path: Path) -> None:
    text = (
        "{% set a = ['x', '<'] + ['y'] %}{{ a|join(', ') }} {{ 'a' ~ 1 ~ none }} {{ [1, 2.5]|sum }} {{ 2 + 3 * 4 }} "
        "{% for k, v in {'p': 1}.items() %}{{ k }}{{ v }}{% endfor %} {{ (1, 2)|max }} {% set x, y = 1, 2 %}{{ x - y }} "
        "{% set s = '<b>'|safe %}{{ a[1] ~ s }} {{ (a[1] ~ '&')|length }} {% set b %}<i>{{ '&' }}</i>{% endset %}{{ b }} {{ a|length }} "
        "{% set n = namespace(a=1) %}{% set n.a = n.a + 1 %}{{ n.a }}{{ n }}"
    )
    made = render("sheets/therapist.html", {}, folders=(folder(tmp_path, text),))
    assert made == "x, &lt;, y a1None 3.5 14 p1 2 -1 &lt;<b> 2 <i>&amp;</i> 3 2namespace"


def test_a_template_that_keeps_more_and_more_gives_way_to_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fit_toolkit.sheets.making.TEMPLATE_MEGABYTES", 60)
    keeps = (
        "{% set held = namespace(all=0) %}{% set t = range(99999)|join %}{% for n in range(99999) %}"
        "{% set held.all = namespace(text=t ~ n, before=held.all) %}{% endfor %}"
    )
    used, why = usable_folders(examples.falling(), "therapist", (folder(tmp_path, keeps),), PLAIN)
    assert used == ()
    assert "took more than 60 MB" in why


@pytest.mark.parametrize("payload", OUTSIDE)
def test_a_page_that_asks_for_something_from_outside_gives_way_to_ours(payload: str, tmp_path: Path) -> None:
    text = GOOD.replace("<p>Our own</p>", payload)
    used, why = usable_folders(examples.falling(), "therapist", (folder(tmp_path, text),), PLAIN)
    assert used == ()
    assert why.endswith("the bundled one was used")


def test_a_template_may_write_numbers_as_it_likes(tmp_path: Path) -> None:
    text = "{{ '%.1f and %5d %%' % (1.25, 3) }} {{ '%s'|format('<b>') }} {{ 2 * 3 % 4 }}"
    made = render("sheets/therapist.html", {}, folders=(folder(tmp_path, text),))
    assert made == "1.2 and     3 % &lt;b&gt; 2"


def test_a_template_that_goes_round_for_ever_gives_way_to_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fit_toolkit.sheets.making.TEMPLATE_SECONDS", 0.3)
    round_ = "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
    used, why = usable_folders(examples.falling(), "therapist", (folder(tmp_path, round_),), PLAIN)
    assert used == ()
    assert "did not end within 0.3 s" in why


def test_a_block_of_a_practices_own_is_used_and_the_bundled_pages_pass_the_same_look(tmp_path: Path) -> None:
    folders = (folder(tmp_path, GOOD),)
    assert usable_folders(examples.falling(), "therapist", folders, PLAIN) == (folders, "")
    assert "Our own" in render_sheet(examples.falling(), folders=folders)
    for make in examples.SHAPES:
        for page in ("therapist", "client"):
            for language in languages():
                still(render_sheet(replace(make(), language=language), page, look=Look(large=True, paper="Letter")))


def test_sections_alone_are_no_reason_to_try_the_page(tmp_path: Path) -> None:
    folders = (folder(tmp_path, "x", "sections/mine.html"),)
    assert usable_folders(examples.falling(), "therapist", folders, PLAIN) == ((), "")
