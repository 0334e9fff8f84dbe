"""Text as YAML writes it."""

from __future__ import annotations

import re

# Text that stands in the quotes of a word processor, which YAML takes for letters: “2”, „2“, ‘2’, «2».
_OPEN, _CLOSE = "\u201c\u201d\u201e\u201f\u2018\u201a\u00ab\u00bb", "\u201c\u201d\u201f\u2018\u2019\u00ab\u00bb"
CURLED = re.compile(f"[{_OPEN}][^{_OPEN}{_CLOSE}]*[{_CLOSE}]")
STRAIGHTEN = 'use straight quotes: "..."'


def quoted(text: str) -> str:
    """Write text in the double quotes of YAML, whatever is in it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in plain) + '"'
