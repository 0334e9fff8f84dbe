"""The report of a service: how many ratings came in, what they say, and how sure that is."""
