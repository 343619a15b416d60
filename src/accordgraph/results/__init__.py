"""Query results: the formats, writing them, limiting their rows, and reading them back.

The solutions or triples of an engine enter; SPARQL results, RDF, CSV, a spreadsheet or a table for a page
leave. SPARQL results in JSON enter too, and leave as rows of typed terms.
"""
