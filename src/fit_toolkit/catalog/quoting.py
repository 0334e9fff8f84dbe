"""Text as YAML writes it."""

from __future__ import annotations


def quoted(text: str) -> str:
    """Write text in the double quotes of YAML, whatever is in it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in plain) + '"'
