"""Sections, each wrong in its own way; their templates lie in the folder beside this file."""

import datetime
import socket
from pathlib import Path

from fit_toolkit import Section, hookimpl

fit_hook_api = "1.1"
__version__ = "2.5"


class Trusts(Section, frozen=True):
    """Its template takes text for HTML."""

    kind = "trusts"

    def data(self, view):
        return {"said": ", ".join(view.ratings.instrument.unique())}


class Latest(Section, frozen=True):
    """Takes a first rating for granted."""

    kind = "latest"
    template = "sections/fine.html"

    def data(self, view):
        return {"said": str(view.ratings.value.iloc[-1])}


class Frame(Section, frozen=True):
    """Hands the frame itself to the template."""

    kind = "frame"
    template = "sections/fine.html"

    def data(self, view):
        return {"said": view.ratings}


class Keeps(Section, frozen=True):
    """Works on what it was given."""

    kind = "keeps"
    template = "sections/fine.html"

    def data(self, view):
        view.ratings["value"] = view.ratings.value.round()
        return {"said": "rounded"}


class Clock(Section, frozen=True):
    """Counts days up to today instead of up to the day of the sheet."""

    kind = "clock"
    template = "sections/fine.html"

    def data(self, view):
        if not len(view.ratings):
            return None
        return {"said": (datetime.date.today() - view.ratings.date.iloc[-1].date()).days}


class Calls(Section, frozen=True):
    """Asks elsewhere for the words."""

    kind = "calls"
    template = "sections/fine.html"

    def data(self, view):
        try:
            socket.getaddrinfo("words.example.org", 443)
        except OSError:
            pass
        return {"said": "words"}


class Lost(Section, frozen=True):
    """Has no template."""

    kind = "lost"

    def data(self, view):
        return {"said": "nothing"}


@hookimpl
def register_sheet_sections():
    return [Trusts, Latest, Frame, Keeps, Clock, Calls, Lost]


@hookimpl
def register_template_dirs():
    return [Path("TEMPLATES")]
