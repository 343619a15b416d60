"""Engines: what answers the queries of the server, here or elsewhere, behind one interface.

A `Job` (query, format, graphs, row limit) enters; the result leaves piece by piece. The `CurrentEngine` can
be replaced by one over a newer dataset while queries run.
"""
