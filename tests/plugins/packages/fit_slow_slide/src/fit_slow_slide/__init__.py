"""A package as a clinic would write it: a policy in a module of its own, an instrument beside it."""
