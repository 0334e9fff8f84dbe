"""`fit analyze change` without the command line: a table of ratings in, rows of text and the figures behind them out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
from msgspec import Struct

from fit_toolkit.analysis.change.cutoffs import At, Cutoff, Interval, clinical_cutoff, cutoff_interval
from fit_toolkit.analysis.change.detectable import detectable_change
from fit_toolkit.analysis.change.hageman import Group, HagemanArrindell, hageman_arrindell
from fit_toolkit.analysis.change.indices import INDICES, SDC
from fit_toolkit.analysis.change.judged import Judged, texts
from fit_toolkit.analysis.change.pairs import Better, Floats, moments, pairs_of
from fit_toolkit.analysis.change.points import percent_change, points_change
from fit_toolkit.analysis.change.reliable import Change, reliable_change
from fit_toolkit.analysis.change.side_by_side import Agreement, all_methods
from fit_toolkit.analysis.change.slopes import slope_change
from fit_toolkit.analysis.columns import Numbers, Problem, id_cells, read_numbers, require
from fit_toolkit.analysis.files import Table, placed
from fit_toolkit.analysis.rows import days_of, repeated, unnamed
from fit_toolkit.errors import DataError, UsageError

SLOPES: Final = ("hlm", "hlm-relative")
METHODS: Final = (*INDICES, SDC, "percent", "anchor", *SLOPES, "all")


class Wish(Struct, frozen=True):
    """What is asked of a file; names and meaning are those of the options of the command."""

    method: str
    better: Better
    ids: tuple[str, ...] = ()
    time: str = ""  # the column, for slopes
    reliability: float | None = None
    reliability_post: float | None = None
    sd: float | None = None
    sem: float | None = None
    mean: float | None = None
    cutoff: str | float | None = None
    at_cutoff: At = "neither"
    m_clinical: float | None = None
    sd_clinical: float | None = None
    m_functional: float | None = None
    sd_functional: float | None = None
    confidence: float = 0.95
    percent: tuple[float, ...] = ()
    mid: tuple[float, ...] = ()
    inclusive: bool | None = None  # None: as the method has it
    interval: bool = False
    true_scores: bool = False  # ha with its own cut-off


def judge(table: Table, numbers: Numbers, wish: Wish) -> Judged:
    """Judge the change of every client in a file; `numbers` are its columns first, last - or time, value for slopes."""
    with placed(table.name):
        return _slopes(table, numbers.values, wish) if wish.method in SLOPES else _pairs(table, numbers.values, wish)


def read_slopes(
    table: Table, time: str, value: str, *, low: float = -math.inf, high: float = math.inf
) -> tuple[Numbers, bool]:
    """Read times and ratings, and say whether the times are dates: then they count in days from the earliest one on."""
    require(table, (time, value))
    ratings = read_numbers(table, (value,), low=low, high=high)
    days = days_of(table, time)
    if days is not None:
        return Numbers(np.column_stack([days, ratings.values[:, 0]]), ratings.problems), True
    both = read_numbers(table, (time, value))  # together: a file has one decimal sign
    times = [each for each in both.problems if each.column == time]
    return Numbers(both.values, tuple(sorted((*times, *ratings.problems), key=lambda each: each.row))), False


def unclear(table: Table, numbers: Numbers, wish: Wish) -> tuple[Problem, ...]:
    """Name the cells that cannot be used; for slopes also rows that are nobody's, and second ratings of one client and time."""
    if wish.method not in SLOPES or not wish.ids:
        return numbers.problems
    ids = tuple(dict.fromkeys(wish.ids))
    require(table, ids)
    lines = list(zip(*(table.column(name) for name in ids), strict=True))
    when = np.where(np.isfinite(numbers.values).all(axis=1), numbers.values[:, 0], np.nan)  # as far as it is rated
    more = [*unnamed(lines, ids), *repeated(lines, when, wish.time)]
    return tuple(sorted((*numbers.problems, *more), key=lambda each: each.row))


def _pairs(table: Table, values: Floats, wish: Wish) -> Judged:
    pre, post = values[:, 0], values[:, 1]
    line, interval = _line(wish, pre[pairs_of(pre, post).complete])
    made = _by_points(pre, post, wish, line)
    refused: dict[str, str] = {}
    agreed: tuple[Agreement, ...] = ()
    own: HagemanArrindell | None = None
    if wish.method == "all":
        beside = all_methods(pre, post, better=wish.better, cutoff=line, others=made, **_figures(wish))
        made, refused, agreed = beside.changes, beside.refused, beside.agreements
    elif wish.method == SDC:
        if wish.reliability is None and wish.sem is None:
            hint = "--sem S is sd_within of fit analyze reliability --by, or --reliability R from session to session"
            raise UsageError("sdc needs the error of measurement", hint=hint)
        made[SDC] = detectable_change(
            pre, post, better=wish.better, reliability=wish.reliability, sd=wish.sd, sem=wish.sem, cutoff=line,
            confidence=wish.confidence, inclusive=bool(wish.inclusive),
        )  # fmt: skip
    elif wish.true_scores:
        own = _in_true_scores(pre, post, wish)
        made, line = {"ha": replace(own.change, category_codes=own.category_codes)}, own.line
    elif wish.method in INDICES:
        made = {
            wish.method: reliable_change(
                pre, post, better=wish.better, method=wish.method, cutoff=line, **_figures(wish)
            )
        }
    group = _group(pre, post, wish) if wish.method == "ha" and wish.sd is None and wish.mean is None else None
    first = next(iter(made.values()))
    results = {"pre": texts(first.pre), "post": texts(first.post), "change": texts(first.change)}
    words = []
    for name, each in made.items():
        before = f"{name}_" if wish.method == "all" else ""
        results[f"{before}index"] = texts(each.index)
        results[f"{before}reliable"] = each.reliable.tolist()
        words.append(f"{before}reliable")
        if each.category is not None:
            results[f"{before}category"] = each.category.tolist()
            words.append(f"{before}category")
    if own is not None and own.functional_index is not None:
        results["functional_index"] = texts(own.functional_index)
    ids = id_cells(table, wish.ids, results)
    kept = frozenset([*wish.ids, *words])
    return Judged({**ids, **results}, kept, made, line, interval, agreed, refused, group=group)


def _group(pre: Floats, post: Floats, wish: Wish) -> Group:
    """Give the group level of Hageman and Arrindell; its cut-off is a, b or c, in true scores."""
    kind = wish.cutoff if isinstance(wish.cutoff, str) else None
    try:
        return _hageman(pre, post, wish, kind).group
    except DataError:  # where a group differs less than error of measurement would, there is no cut-off in true scores
        return _hageman(pre, post, wish, None).group


def _in_true_scores(pre: Floats, post: Floats, wish: Wish) -> HagemanArrindell:
    """Judge every client by Hageman and Arrindell's own cut-off, and their own test of the last rating against it."""
    given = (wish.sd, wish.mean, wish.inclusive)
    if wish.method != "ha" or not isinstance(wish.cutoff, str) or any(each is not None for each in given):
        raise UsageError("--true-scores is about ha with --cutoff a, b or c; SD and mean are those of the file")
    if wish.interval:
        raise UsageError("the interval is that of the plain cut-off c", hint="leave out --interval or --true-scores")
    return _hageman(pre, post, wish, wish.cutoff)


def _hageman(pre: Floats, post: Floats, wish: Wish, kind: str | None) -> HagemanArrindell:
    return hageman_arrindell(
        pre, post, reliability=_figures(wish)["reliability"], better=wish.better, confidence=wish.confidence, kind=kind,
        m_clinical=_or_nan(wish.m_clinical), sd_clinical=_or_nan(wish.sd_clinical),
        m_functional=_or_nan(wish.m_functional), sd_functional=_or_nan(wish.sd_functional),
    )  # fmt: skip


def _slopes(table: Table, values: Floats, wish: Wish) -> Judged:
    if not wish.ids:
        raise UsageError(f"{wish.method} needs the column that says whose rating it is: --id COL")
    taken = ("pre", "post", "change", "n", "slope", "sd", "index", "reliable", "category")
    ids = id_cells(table, wish.ids, taken)
    places: dict[tuple[str, ...], int] = {}
    codes = [places.setdefault(key, len(places)) for key in zip(*ids.values(), strict=True)]
    line, interval = None, None
    if wish.cutoff is not None:
        first = slope_firsts(codes, values)
        line, interval = _line(wish, first)
    found = slope_change(
        np.asarray(codes), values[:, 0], values[:, 1], better=wish.better, relative=wish.method == "hlm-relative",
        confidence=wish.confidence, cutoff=line, inclusive=bool(wish.inclusive),
    )  # fmt: skip
    change = found.change
    columns = {name: [key[place] for key in places] for place, name in enumerate(ids)}
    columns |= {"pre": texts(change.pre), "post": texts(change.post), "change": texts(change.change)}
    columns |= {"n": [str(n) for n in found.ratings.tolist()], "slope": texts(found.slope), "sd": texts(found.sd)}
    columns |= {"index": texts(change.index), "reliable": change.reliable.tolist()}
    if change.category is not None:
        columns["category"] = change.category.tolist()
    kept = frozenset([*ids, "reliable", "category"])
    return Judged(columns, kept, {wish.method: change}, line, interval, slopes=found)


def slope_firsts(codes: list[int], values: Floats, least: int = 3) -> Floats:
    """Give the first rating of each client who has enough ratings to be judged by slope."""
    known = np.isfinite(values).all(axis=1)
    who = np.asarray(codes, dtype=np.int64)
    used = known & (np.bincount(who[known], minlength=len(who)) >= least)[who]
    order = np.lexsort((values[used, 0], who[used]))
    _, place = np.unique(who[used][order], return_index=True)
    firsts: Floats = values[used, 1][order][place]
    return firsts


def _by_points(pre: Floats, post: Floats, wish: Wish, line: Cutoff | None) -> dict[str, Change]:
    """Apply the rules by percentage and by points, those that are asked for."""
    made = {}
    inclusive = True if wish.inclusive is None else wish.inclusive
    if wish.method == "percent" or (wish.method == "all" and wish.percent):
        up, down = _two(wish.percent, "--percent 50 or --percent 50,20")
        made["percent"] = percent_change(pre, post, improvement=up, deterioration=down, better=wish.better,
                                         inclusive=inclusive, cutoff=line)  # fmt: skip
    if wish.method == "anchor" or (wish.method == "all" and wish.mid):
        up, down = _two(wish.mid, "--mid 8 or --mid 8,6")
        made["anchor"] = points_change(pre, post, improvement=up, deterioration=down, better=wish.better,
                                       inclusive=inclusive, cutoff=line)  # fmt: skip
    return made


def _two(values: tuple[float, ...], how: str) -> tuple[float, float]:
    """Give the figures for improvement and deterioration; one figure is both."""
    if len(values) not in (1, 2):
        raise UsageError(f"needs one or two figures, improvement and deterioration: {how}")
    return values[0], values[-1]


def _figures(wish: Wish) -> dict[str, Any]:
    if wish.reliability is None:
        hint = "that from session to session or of a retest, not alpha"
        raise UsageError(f"{wish.method} needs the reliability of the ratings: --reliability R", hint=hint)
    return {
        "reliability": wish.reliability, "reliability_post": wish.reliability_post, "sd": wish.sd, "mean": wish.mean,
        "confidence": wish.confidence, "inclusive": bool(wish.inclusive),
    }  # fmt: skip


def _line(wish: Wish, first: Floats) -> tuple[Cutoff | None, Interval | None]:
    """Give the cut-off; the clinical mean and SD are those of the first ratings unless they are given."""
    if wish.cutoff is None:
        if wish.interval:
            raise UsageError("an interval belongs to --cutoff c")
        return None, None
    if not isinstance(wish.cutoff, str):
        if not math.isfinite(wish.cutoff):
            raise UsageError("the cut-off has to be a, b, c or a number")
        return Cutoff(wish.cutoff, wish.better, at=wish.at_cutoff), None
    mean, sd = moments(first)
    m_functional, sd_functional = _or_nan(wish.m_functional), _or_nan(wish.sd_functional)
    clinical = (
        mean if wish.m_clinical is None else wish.m_clinical,
        sd if wish.sd_clinical is None else wish.sd_clinical,
    )
    if wish.cutoff != "b" and not all(math.isfinite(each) for each in clinical):
        raise DataError(f"{len(first)} first ratings, the clinical mean and SD need at least 2",
                        hint="or give them: --m-clinical and --sd-clinical")  # fmt: skip
    line = clinical_cutoff(
        wish.cutoff, better=wish.better, m_clinical=clinical[0], sd_clinical=clinical[1],
        m_functional=m_functional, sd_functional=sd_functional, at=wish.at_cutoff,
    )  # fmt: skip
    if not wish.interval:
        return line, None
    if wish.cutoff != "c" or wish.m_clinical is not None or wish.sd_clinical is not None:
        raise UsageError(
            "an interval is drawn from the file's first ratings, so it needs --cutoff c without --m-clinical"
        )
    return line, cutoff_interval(
        first, m_functional=m_functional, sd_functional=sd_functional, confidence=wish.confidence
    )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
