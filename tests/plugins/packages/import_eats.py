"""Takes all memory on import."""

HOARD = [bytes(64 << 20) for _ in range(1000)]  # here
