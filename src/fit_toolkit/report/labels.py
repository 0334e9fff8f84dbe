"""How figures are called on the page, and how their numbers are written."""

from __future__ import annotations

from typing import Final

from fit_toolkit.language import decimals, mark, say

LABELS: Final = {
    "improved": mark("reliably better"), "unchanged": mark("no reliable change"), "deteriorated": mark("reliably worse"), "recovered": mark("recovered"),
    "not_improved": mark("no reliable change, or worse"),
    "not_deteriorated": mark("no reliable change, or better"),
    "improved_of_all": mark("reliably better, of all: worst to best case"), "deteriorated_of_all": mark("reliably worse, of all: best to worst case"),
    "measured": mark("with a first and a last rating"), "rated_at_end": mark("last rating at the last session"), "planned": mark("as planned"),
    "unplanned": mark("not as planned"), "not_known": mark("not known"), "unplanned_bounds": mark("not as planned: best to worst case"),
    "effect_size": mark("effect size, first to last"), "gain": mark("mean gain in points"), "ceiling_first": mark("first rating at the very top"),
    "ceiling_last": mark("last rating at the very top"), "rated_higher": mark("rated better at the end"), "rated_same": mark("rated the same"),
    "rated_lower": mark("rated worse at the end"), "variation_share": mark("between therapists, of all variance"),
    "variation_by_chance": mark("as much or more by chance alone"), "alerts_acted": mark("acted on"), "courses": mark("courses"), "received": mark("came in"), "received_no_diary": mark("came in, where no appointments are kept"), "mean_first": mark("mean at first"),
    "mean_last": mark("mean at last"), "sessions_after_last": mark("sessions after the last rating"), "lead_lag": mark("what goes before what"),
    "alerts_raised": mark("alerts raised"), "alerts_median": mark("days until acted on"), "therapist": mark("a therapist's estimate"),
}  # fmt: skip
OCCASIONS: Final = {"start": mark("at the start"), "end": mark("at the end"), "between": mark("between sessions")}
SEVERITIES: Final = {
    "safety": mark("about safety"),
    "attention": mark("asking for attention"),
    "notice": mark("to notice"),
    "all": mark("all alerts"),
}


def name_of(figure: str) -> str:
    """Write the name of a figure as people read it."""
    return say(LABELS[figure])


def upper(text: str) -> str:
    """Begin with a capital; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def grouped(number: int) -> str:
    """Write a large number in groups of three, with the narrow space that every language reads."""
    return f"{number:,}".replace(",", "\u202f")


def percent(value: float) -> str:
    """Write a share in whole per cent; what is not quite none or all is not written as such."""
    whole = round(100 * value)
    number = "<1" if whole == 0 and value > 0 else ">99" if whole == 100 and value < 1 else str(whole)
    return say("%(n)s%%", n=number)


def points(value: float, *, signed: bool = False) -> str:
    """Write a number of points or SDs with two digits; minus as a minus."""
    rounded = round(value, 2) or 0.0  # what rounds to nothing has no sign
    return decimals(f"{rounded:{'+' if signed and rounded else ''}.2f}").replace("-", "−")
