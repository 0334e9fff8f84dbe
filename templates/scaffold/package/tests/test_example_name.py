from fit_toolkit.testing import plugin_checks

test_example_name = plugin_checks("example-name")
