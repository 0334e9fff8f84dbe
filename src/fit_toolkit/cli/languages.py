"""Which language a page is wanted in."""

from __future__ import annotations

from pathlib import Path

from fit_toolkit.errors import UsageError


def wanted_language(code: str | None, practice: Path) -> str:
    """Check that there is a pack: a page in English, because of a slip, would go to somebody who cannot read it."""
    if code is None:
        return ""
    from fit_toolkit.language import has_pack, languages

    if not has_pack(code, practice):
        raise UsageError(
            "there is no language pack of that name", where="--language",
            hint=f"there is: {', '.join(languages(practice))}; one of your own is a file in locales/",
        )  # fmt: skip
    return code.replace("_", "-")
