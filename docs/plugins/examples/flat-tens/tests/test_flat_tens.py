from fit_toolkit.testing import plugin_checks

test_flat_tens = plugin_checks("flat-tens")
