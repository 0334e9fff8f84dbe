"""Files fetched from where ratings are collected: the only part of an import that may use the network.

One form post (REDCap) and three JSON calls (LimeSurvey), by the standard library. PyCap 2.7 and citric 2.3 would bring six
packages and more between the token and the network, and neither would do what is needed here: follow nobody to another
host, stop at so many bytes, and repeat no word of what a server says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fit_toolkit.errors import UsageError
from fit_toolkit.intake.fetch import limesurvey, redcap
from fit_toolkit.intake.fetch.sources import RedcapSource, Source, secret_file, secret_of, source_of, sources_of

__all__ = ["Source", "fetch", "secret_file", "secret_of", "source_of", "sources_of"]


def fetch(source: Source, secret: str, *, since: date | None = None) -> Iterator[bytes]:
    """Give the source's export piece by piece; whatever goes wrong is said without a word of what the server wrote."""
    if isinstance(source, RedcapSource):
        return redcap.export(source, secret, since)
    if since is not None:
        raise UsageError("LimeSurvey gives all responses; --since is for REDCap")
    return limesurvey.export(source, secret)
