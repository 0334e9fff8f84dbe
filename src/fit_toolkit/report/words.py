"""What each figure of the report means, in words; they stand at the end of the report and beside each row of the CSV."""

from __future__ import annotations

from typing import Final

from fit_toolkit.language import mark, say

CAUTION: Final = mark(
    "Before-after change is not proof of effect: people come when they are worse and get better by themselves, "
    "those who stay to be rated differ from those who leave, and ratings vary by chance."
)
NOT_DISCIPLINE: Final = mark("Not for discipline, pay, contracts or any judgement of a person.")
RATERS: Final = {
    "client": mark("client"), "therapist": mark("therapist"), "carer": mark("carer"), "observer": mark("observer"),
    "supervisor": mark("supervisor"),
}  # fmt: skip
KEPT_BACK: Final = mark("kept back: a few could be had by subtraction")
TOO_FEW: Final = mark("too few to say anything")
LAST: Final = mark(
    "The last rating is the last available one: the last valid form with a score, on a later day than the first. "
    "It need not be from the last session."
)

DEFINITIONS: Final[dict[str, str]] = {
    "courses": mark("Courses of treatment that ended in the period: one client in one episode, which the client left or which was closed in the period."),
    "received": mark(
        "Forms expected by the plan that came in, whether or not they could be scored; expected at the sessions of the course "
        "(appointments that nobody cancelled, and days rated on). Wilson's interval for as many independent answers as the forms are worth, "
        "since those of one client go together."
    ),
    "received_no_diary": mark(
        "The same in courses of which no appointments are kept: expected at the days rated on by anybody, so that sessions at "
        "which nothing was rated are not seen, and the share is too high."
    ),
    "measured": mark("Courses with a first and a last available rating, on different days, of all that ended."),
    "mean_first": mark("Mean of the first ratings of the courses measured."),
    "mean_last": mark("Mean of the last available ratings of the same courses."),
    "gain": mark("Mean of last minus first rating, turned so that above 0 is better; interval by Student's t. Before-after change is not proof of effect."),
    "effect_size": mark(
        "Mean gain divided by the SD of the first ratings of the same courses, times Hedges' correction for small n (1981, exact); interval from its "
        "variance 2 (1 - r) / n + d^2 / 2n (Becker 1988; Morris 2000). Not adjusted for severity. Before-after change is not proof of effect."
    ),
    "improved": mark("Last rating better than the first by the points named, of the courses measured; Wilson's interval. Before-after change is not proof of effect."),
    "unchanged": mark("Change within the points named, either way; Wilson's interval."),
    "deteriorated": mark("Last rating worse than the first by the points named; Wilson's interval."),
    "not_improved": mark("No reliable change, or reliably worse: together where one of them is a few; Wilson's interval."),
    "not_deteriorated": mark("No reliable change, or reliably better: together where one of them is a few; Wilson's interval."),
    "recovered": mark("Past the line at the first rating, not at the last, and improved; of those past it at first. Wilson's interval. Before-after change is not proof of effect."),
    "improved_of_all": mark("Improved, of all courses that ended: from none of those not measured having improved, to all of them."),
    "deteriorated_of_all": mark("Deteriorated, of all courses that ended: from none of those not measured, to all of them."),
    "sessions_after_last": mark("Sessions between the last available rating and the end of the course: the median."),
    "rated_at_end": mark("Last available rating at the last session of the course; Wilson's interval."),
    "planned": mark("Closed for a reason listed in report.planned, of all courses that ended; Wilson's interval."),
    "unplanned": mark("Closed for a reason listed in report.unplanned, of all courses that ended; Wilson's interval."),
    "not_known": mark("Closed for another reason, or the client left an episode that went on; Wilson's interval."),
    "unplanned_bounds": mark("Unplanned endings, from none of those not known having been unplanned, to all of them."),
    "ceiling_first": mark("First ratings at the very top of the scale; Wilson's interval."),
    "ceiling_last": mark("Last ratings at the very top of the scale; Wilson's interval."),
    "rated_higher": mark("Last rating of the relationship better than the first, by however little; Wilson's interval."),
    "rated_same": mark("Last rating the same as the first; Wilson's interval."),
    "rated_lower": mark("Last rating worse than the first, by however little; Wilson's interval."),
    "lead_lag": mark(
        "Change of the next session's outcome per point by which the relationship was rated above the client's own usual, with "
        "the outcome of this session held; within clients, intervals by client (fit analyze lead-lag, centred on the person). "
        "Looks back: it uses the whole course. An association in time is no proof of a cause."
    ),
    "alerts_raised": mark("Alerts that first asked for somebody in the period, for 100 sessions with a rating."),
    "alerts_acted": mark("Of these, those a person did something about; Wilson's interval."),
    "alerts_median": mark("Days within which half of them were acted on, those still waiting counted up to today (Kaplan-Meier)."),
    "variation_share": mark(
        "Share of the variance of last ratings (first ratings taken into account) that lies between therapists: variance "
        "components by moments (Searle, Casella and McCulloch 1992). Courses with one therapist throughout."
    ),
    "variation_by_chance": mark("How often the variance between therapists is as large when clients are dealt out to them at random."),
    "therapist": mark(
        "How far the last ratings of a therapist's clients are from the mean of all, first ratings taken into account, above 0 "
        "better, drawn towards the mean of all, the fewer clients the further (empirical Bayes, Morris 1983); the interval allows "
        "for the variance between therapists being estimated. Case mix other than the first rating is not taken into account. Not for discipline, pay, contracts or any judgement of a person."
    ),
}  # fmt: skip


def defined(figure: str) -> str:
    """Say what a figure means."""
    return say(DEFINITIONS[figure])
