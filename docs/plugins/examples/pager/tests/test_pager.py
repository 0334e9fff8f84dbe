from fit_toolkit.testing import plugin_checks

test_pager = plugin_checks("pager")
