"""Answers in: files and paper forms read as text, mapped, checked as a whole, and stored in one transaction."""

from __future__ import annotations
