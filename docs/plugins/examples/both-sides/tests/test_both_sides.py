from fit_toolkit.testing import plugin_checks

test_both_sides = plugin_checks("both-sides")
