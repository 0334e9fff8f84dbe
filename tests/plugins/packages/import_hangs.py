"""Hangs on import."""

import time

time.sleep(60)
