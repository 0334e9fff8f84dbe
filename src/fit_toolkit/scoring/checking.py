"""A definition file checked to the end: its form, its sense, and its worked tests."""

from __future__ import annotations

import msgspec

from fit_toolkit.catalog.catalog import Catalog
from fit_toolkit.catalog.convert import convert, nearest
from fit_toolkit.catalog.files import File, open_document, read_instrument
from fit_toolkit.catalog.finding import Finding
from fit_toolkit.catalog.words import check_wording
from fit_toolkit.catalog.yaml import Document, Path
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.norms import NormSet
from fit_toolkit.model.wording import Wording
from fit_toolkit.scoring.rules import Rules, bundled_policies, bundled_rules
from fit_toolkit.scoring.worked import run_tests

_BY_NAME = {"norms", "curve"}


def check_definition(path: File | str, catalog: Catalog, rules: Rules | None = None) -> list[Finding]:
    """List everything that is wrong with an instrument, wording or norm file, in the order of the file."""
    document = open_document(path)
    form = document.data.get("format") if isinstance(document.data, dict) else None
    if form == "fit-wording/1":
        _wording(document, catalog)
    elif form == "fit-norms/1":
        _norms(document, catalog)
    else:
        document = _instrument(path, catalog, rules)
    return sorted(document.findings)


def _instrument(path: File | str, catalog: Catalog, rules: Rules | None) -> Document:
    document, instrument = read_instrument(path)
    if instrument is None or document.findings:
        return document  # a test of a faulty definition would only repeat what is wrong with it
    known = bundled_rules() if rules is None else rules
    for number, scale in enumerate(instrument.scales):
        if (scale.items or scale.scales) and scale.rule_kind not in known:
            hint = nearest(scale.rule_kind, known)
            message = f"there is no scoring rule '{scale.rule_kind}'; its plugin may not be enabled ({hint})"
            document.report(("scales", number, "rule"), "FI403", message)
            return document
    _suggestions(document, instrument)
    for failure in run_tests(instrument, known):
        place: Path = ("tests", failure.test, failure.part, *([failure.key] if failure.key else []))
        document.report(place, "FI401", f"{failure.name}: {failure.message}")
    other = instrument.counterpart
    if other and other in catalog and catalog.get(other).counterpart != instrument.id:
        document.report(("counterpart",), "FI402", f"'{other}' does not name this one as its counterpart")
    return document


def _suggestions(document: Document, instrument: Instrument) -> None:
    """Report settings that a suggested policy cannot have, where its kind comes with the toolkit."""
    for number, suggestion in enumerate(instrument.suggests):
        kind = bundled_policies().get(suggestion.kind)
        if kind is None or not suggestion.parameters.keys().isdisjoint(_BY_NAME):
            continue  # another plugin's; or a norm set by name, which a practice has and a definition has not
        place: Path = ("suggests", number, "parameters")
        known = {field.name for field in msgspec.structs.fields(kind)}
        unknown = [name for name in suggestion.parameters if name not in known]
        for name in unknown:
            message = f"a policy of kind {suggestion.kind} has no setting '{name}'; {nearest(name, known)}"
            document.report((*place, name), "FI284", message, key=True)
        if unknown:
            continue
        try:
            msgspec.convert(suggestion.parameters, kind)
        except msgspec.ValidationError as error:
            message = str(error).replace("`", "'")
            document.report(place, "FI284", f"a policy of kind {suggestion.kind} cannot be set so: {message}")


def _wording(document: Document, catalog: Catalog) -> None:
    wording = convert(document, Wording)
    if wording is None:
        return
    if wording.instrument not in catalog:
        document.report(("instrument",), "FI300", f"there is no instrument '{wording.instrument}'")
        return
    place = document.file.replace("\\", "/").split("/")[-3:]
    if len(place) == 3 and place[0] == "wording":
        expected = [wording.language, wording.instrument]
        if [place[1], place[2].rpartition(".")[0]] != expected:
            message = f"the file belongs at wording/{'/'.join(expected)}.yaml, where it is looked for"
            document.report(("language",), "FI306", message)
    check_wording(document, wording, catalog.get(wording.instrument))


def _norms(document: Document, catalog: Catalog) -> None:
    norms = convert(document, NormSet)
    if norms is None:
        return
    for number, norm in enumerate(norms.norms):
        known = norm.instrument in catalog
        scales = {scale.id for scale in catalog.get(norm.instrument).scales} if known else set()
        if not known:
            document.report(("norms", number, "instrument"), "FI300", f"there is no instrument '{norm.instrument}'")
        elif norm.scale not in scales and norm.scale not in catalog.get(norm.instrument).item_ids:
            document.report(("norms", number, "scale"), "FI302", f"{norm.instrument} has no scale '{norm.scale}'")
        if norms.kind == "local" and norm.n_clients < 30:
            message = "local norms need 30 clients or more, with three ratings each"
            document.report(("norms", number), "FI310", message)
