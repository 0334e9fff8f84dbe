"""One-page sheets and blank forms: plain data through templates to HTML and PDF."""

from __future__ import annotations

from fit_toolkit.sheets.data import ClientData, SheetData
from fit_toolkit.sheets.form import form_pdf, render_form
from fit_toolkit.sheets.pdf import sheet_pdf, write_pdf
from fit_toolkit.sheets.render import PAGES, render, render_sheet

__all__ = [
    "PAGES",
    "ClientData",
    "SheetData",
    "form_pdf",
    "render",
    "render_form",
    "render_sheet",
    "sheet_pdf",
    "write_pdf",
]
