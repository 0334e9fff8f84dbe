"""`python -m fit_toolkit` is `fit`."""

from __future__ import annotations

import sys

from fit_toolkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
