"""The sections a practice has switched on: asked for their data and shown by their templates, each behind its own try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fit_toolkit.engine.sections import ReadySection, ask, ready_sections, view_of
from fit_toolkit.engine.surroundings import within
from fit_toolkit.engine.templates import TemplateFolder
from fit_toolkit.errors import ContractError, FitError
from fit_toolkit.sheets.data import SectionBlock
from fit_toolkit.sheets.fragment import checked
from fit_toolkit.sheets.reading import Reading
from fit_toolkit.sheets.render import Folder, has_template, render

if TYPE_CHECKING:
    from fit_toolkit.courses.asking import Parts
    from fit_toolkit.model.instrument import Instrument

RENDER_SECONDS = 10.0  # a template only writes down a page's worth of plain data


def folders_of(parts: Parts) -> tuple[Folder, ...]:
    """Template folders in front of the bundled one: the practice's own, then those of plugins."""
    root: Path | None = getattr(parts, "root", None)
    own = () if root is None or not (root / "templates").is_dir() else (root / "templates",)
    return (*own, *parts.registry.template_folders)


def problems_before(parts: Parts) -> Iterator[str]:
    """What is known to be wrong with the sections of fit.toml before any member is looked at."""
    folders = folders_of(parts)
    for ready in ready_sections(parts.settings.sections, parts.registry):
        if ready.provided is None:
            yield ready.problem
        elif not has_template(ready.template, folders=_order(ready.provided.plugin, folders)):
            yield str(ready.provided.failure(f"there is no template {ready.template}"))


def sections_of(parts: Parts, reading: Reading, *, language: str) -> tuple[SectionBlock, ...]:
    """Make every section of fit.toml for one member; one with nothing to show is left out."""
    ready = ready_sections(parts.settings.sections, parts.registry)
    if not ready:
        return ()
    folders = folders_of(parts)
    rated = sorted({given.instrument for given in reading.given})
    catalog = parts.catalog.readable(rated)  # what cannot be read is said on the sheet
    forms = [catalog.get(id) for id in rated if id in catalog]
    made = (_made(each, reading, folders, language, forms) for each in ready)
    return tuple(block for block in made if block is not None)


def _made(
    ready: ReadySection, reading: Reading, folders: Sequence[Folder], language: str, forms: Sequence[Instrument]
) -> SectionBlock | None:
    block = SectionBlock(kind=ready.kind, page="client" if ready.page == "client" else "therapist")
    view = view_of(
        _rows(reading, ready.page), as_of=reading.as_of, language=language,
        titles={form.id: form.short for form in forms}, main_scales={form.id: form.main_scale for form in forms},
    )  # fmt: skip
    try:
        data = ask(ready, view)
        html = "" if data is None else _shown(ready, data, folders, language)
    except FitError as error:
        return msgspec.structs.replace(block, problem=str(error))
    return msgspec.structs.replace(block, html=html) if html else None


def _shown(ready: ReadySection, data: dict[str, Any], folders: Sequence[Folder], language: str) -> str:
    provided = ready.provided
    if provided is None:
        raise ContractError("cannot be asked")
    order = _order(provided.plugin, folders)

    def shown() -> str:
        if not has_template(ready.template, folders=order):
            raise ContractError(f"there is no template {ready.template}")
        return checked(render(ready.template, data, folders=order, language=language))

    seconds = min(ready.seconds, RENDER_SECONDS)
    try:
        return within(seconds, shown)
    except TimeoutError:
        raise ContractError(str(provided.failure(f"its template did not end within {seconds:g} s"))) from None
    except FitError as error:
        raise ContractError(str(provided.failure(str(error)))) from None


def _order(plugin: str, folders: Sequence[Folder]) -> tuple[Folder, ...]:
    """The practice's own templates, then those of the section's plugin, then everybody else's."""
    own = [folder for folder in folders if isinstance(folder, TemplateFolder) and folder.plugin == plugin]
    mine = [replace(folder, without=frozenset()) for folder in own]
    clinic = [folder for folder in folders if not isinstance(folder, TemplateFolder)]
    return (*clinic, *mine, *(folder for folder in folders if folder not in clinic and folder not in own))


def _rows(reading: Reading, page: str) -> list[dict[str, Any]]:
    """Every score of this member up to the day of the sheet; on the client's page the client's own."""
    pairs = dict.fromkeys(given.pair_id for given in reading.given if given.pair_id is not None)
    numbered = {pair: nth for nth, pair in enumerate(pairs, 1)}
    return [
        {
            "date": given.session_on,
            "session": reading.sessions.index(given.session_on) + 1 if given.session_on in reading.sessions else 0,
            "instrument": given.instrument,
            "scale": score.scale,
            "rater": given.rater,
            "occasion": given.occasion,
            "value": float("nan") if score.value is None else score.value,
            "status": score.status,
            "therapist": numbered.get(given.pair_id or 0, 0),
        }
        for given in reading.given
        if page != "client" or given.rater == "client"
        for score in given.scores
    ]
