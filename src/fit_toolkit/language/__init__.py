"""Our own words in the language of whoever reads: English in the code, every other language in a .po file.

`say` and `plural` give a message in the language that `speaking` has set for now; where none is set, or a language has
no such message, it is English. A practice's own `locales/<language>.po` stands in front of the bundled one.
"""

from __future__ import annotations

from fit_toolkit.language.packs import Language, has_pack, language_of, languages
from fit_toolkit.language.spoken import decimals, mark, plural, say, speaking, spoken

__all__ = [
    "Language",
    "decimals",
    "has_pack",
    "language_of",
    "languages",
    "mark",
    "plural",
    "say",
    "speaking",
    "spoken",
]
