"""All pages, made once for the tests that look at them."""

from __future__ import annotations

import pytest

from tests.browser.pages import every


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return every(tmp_path_factory.mktemp("pages"))
