"""Our own words in other languages, for gettext: message by message, English where there is none.

The forms speak every language that has wording; the sheets speak English until their sentences are translated.
"""

from __future__ import annotations

from gettext import NullTranslations

MESSAGES: dict[str, dict[str, str]] = {
    "de": {
        "code": "Code",
        "date": "Datum",
        "circle one: %(low)s to %(high)s": "eine Zahl einkreisen: %(low)s bis %(high)s",
        "translation: %(name)s": "Übersetzung: %(name)s",
        "not validated": "nicht validiert",
        "for use on paper only": "nur auf Papier zu verwenden",
    },
}


class Words(NullTranslations):
    """The messages of one language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.messages = MESSAGES.get(language.partition("-")[0], {})

    def gettext(self, message: str) -> str:
        """Give the message in this language, or as it is."""
        return self.messages.get(message, message)
