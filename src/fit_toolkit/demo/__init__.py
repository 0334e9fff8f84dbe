"""A synthetic practice end to end: invented people, their ratings through the real import, alerts and sheets."""

from __future__ import annotations

from fit_toolkit.demo.making import Demo, make_demo

__all__ = ["Demo", "make_demo"]
