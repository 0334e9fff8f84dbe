"""Needs a library that is not installed."""

import no_such_library_at_all  # here
