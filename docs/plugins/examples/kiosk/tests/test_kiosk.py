from fit_toolkit.testing import plugin_checks

test_kiosk = plugin_checks("kiosk")
