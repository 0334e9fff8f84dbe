"""Is not Python."""

def (:  # here
