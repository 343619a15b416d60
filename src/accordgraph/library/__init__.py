"""The query library: files of SPARQL with a question, typed parameters and notes.

The files of queries/ and values for parameters enter; SPARQL text with every value as a serialised term
leaves, and the catalogue of all queries. A value that is invalid is an error that says what would be right.
"""
