"""Long texts and lists are cut with a sign and a count; flagged answers never are."""

from __future__ import annotations

from msgspec.structs import replace

from fit_toolkit.sheets.client import client_page
from fit_toolkit.sheets.trim import cut, trim
from fit_toolkit.sheets.twin import twin
from tests.sheets import examples


def test_a_text_is_cut_at_a_word_and_marked() -> None:
    assert cut("one two three four", 12) == "one two…"
    assert cut("one two", 12) == "one two"
    assert len(cut("x" * 50, 12)) <= 12


def test_alerts_left_out_are_counted() -> None:
    sheet = trim(examples.crowded(), "tight")
    assert (len(sheet.alerts), sheet.more_alerts) == (3, 6)


def test_missing_forms_left_out_are_counted() -> None:
    assert trim(examples.crowded()).missing[-1] == "and 2 more"


def test_no_flagged_answer_and_none_of_its_dates_is_ever_left_out() -> None:
    before, after = examples.crowded().risk, trim(examples.crowded(), "scant").risk
    assert [a.dates for a in after.answers] == [a.dates for a in before.answers]


def test_the_table_says_the_same_as_the_charts() -> None:
    table = twin(examples.falling().panels, last=6)
    assert [r.label for r in table.rows] == [
        "How the work together went, client",
        "How the work together went, therapist",
        "How the work together went, usual for this client",
        "How the client is",
    ]
    assert table.rows[0].cells[-1] == "7.1"
    assert table.rows[1].cells[0] == ""
    assert table.earlier == 2


def test_a_long_title_is_cut_in_the_table_of_a_crowded_page_only() -> None:
    panel = replace(examples.falling().panels[0], title="How the work together went this time, all things considered")
    assert "all things considered, client" in twin((panel,)).rows[0].label
    assert twin((panel,), letters=36).rows[0].label == "How the work together went this…, client"


def test_no_word_of_an_alert_is_longer_than_a_line() -> None:
    sheet = examples.falling()
    crowded = trim(replace(sheet, alerts=tuple(replace(a, basis="x" * 200, reason="x" * 200) for a in sheet.alerts)))
    assert all(
        len(word) <= 34 for a in crowded.alerts for word in f"{a.basis} {a.reason}".replace("\u200b", " ").split()
    )


def test_an_answer_left_out_shows_in_its_cell() -> None:
    panel = examples.falling().panels[0]
    series = panel.series[0]
    points = (*series.points[:-1], replace(series.points[-1], answered=7))
    table = twin((replace(panel, series=(replace(series, points=points),)),))
    assert table.rows[0].cells[-1] == "7.1 (7/9)"


def test_the_clients_page_holds_the_clients_own_data_only() -> None:
    own = client_page(examples.falling())
    assert {s.rater for p in own.panels for s in p.series} == {"client"}
    assert all(p.band is None and p.cutoff is None and p.inset is None for p in own.panels)
    assert not any(point.stands_out for p in own.panels for s in p.series for point in s.points)
    assert all(f.therapist is None and not f.lowest and not f.moved for f in own.facets.rows)
    assert not hasattr(own, "alerts")
    assert not hasattr(own, "risk")
