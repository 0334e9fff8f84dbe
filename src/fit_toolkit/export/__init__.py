"""Ratings handed on to others: pseudonymised unless asked otherwise, in a folder that appears whole, with a manifest."""
