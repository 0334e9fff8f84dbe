"""What is missing on this machine or in this practice, and the command that mends it; needs none of what it looks for."""

from fit_toolkit.doctor.verdict import State, Verdict, examine

__all__ = ["State", "Verdict", "examine"]
