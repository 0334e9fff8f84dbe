"""Prints on import, and has no hooks."""

print("CANARY " * 10_000)
