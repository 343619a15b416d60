"""Reads SPARQL queries without evaluating them.

The text of a query enters; a `SparqlQuery` leaves, which states its form, RDF dataset and size and is handed
on from the web process to the worker. For a query that the engine rejects, an error with line and column
leaves.
"""
