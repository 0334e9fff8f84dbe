"""Readers of web forms: what Qualtrics, Typeform, Microsoft Forms and Google Forms hand out."""

from __future__ import annotations

from fit_toolkit import Reader, hookimpl

from .google import GoogleFormsReader
from .microsoft import MicrosoftFormsReader
from .qualtrics import QualtricsReader
from .typeform import TypeformReader


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the readers."""
    return [GoogleFormsReader, MicrosoftFormsReader, QualtricsReader, TypeformReader]
