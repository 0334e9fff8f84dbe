"""Raises on import."""

raise RuntimeError("broken from the start")  # here
