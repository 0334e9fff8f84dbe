"""Did this client change: indices of reliable change, cut-offs, categories, rule sets; all retrospective, over arrays.

Everything here compares a first with a last rating of each client, or the whole course (`slope_change`). NaN means unknown and
leads to no label. The words "reliable", "recovered" and "harmed" are terms of the methods, nothing more.
"""
