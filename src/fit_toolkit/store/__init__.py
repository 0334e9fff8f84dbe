"""The store: every table, the one way to open it, and small modules of functions over a connection."""
