"""Questionnaires from and to other software: REDCap, FHIR R4, XLSForm, LimeSurvey."""

from __future__ import annotations

from fit_toolkit.exchange import fhir_out, redcap_out
from fit_toolkit.exchange.bring import FORMATS, choose, forms
from fit_toolkit.exchange.decide import Decisions, Settled, settle
from fit_toolkit.exchange.definition import definition, instrument_id, remarks
from fit_toolkit.exchange.draft import Form, Problem
from fit_toolkit.exchange.fhir_names import BASE
from fit_toolkit.exchange.label import Labels, allowed
from fit_toolkit.exchange.proof import findings
from fit_toolkit.exchange.words import language_of, wording

__all__ = [
    "BASE",
    "FORMATS",
    "Decisions",
    "Form",
    "Labels",
    "Problem",
    "Settled",
    "allowed",
    "choose",
    "definition",
    "fhir_out",
    "findings",
    "forms",
    "instrument_id",
    "language_of",
    "redcap_out",
    "remarks",
    "settle",
    "wording",
]
