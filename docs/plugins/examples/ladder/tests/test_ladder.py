from fit_toolkit.testing import plugin_checks

test_ladder = plugin_checks("ladder")
