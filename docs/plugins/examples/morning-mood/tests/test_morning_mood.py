from fit_toolkit.testing import plugin_checks

test_morning_mood = plugin_checks("morning-mood")
