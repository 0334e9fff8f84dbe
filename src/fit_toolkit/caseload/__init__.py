"""The caseload: who needs attention first, and why; and what belongs into supervision."""
