"""Full-text search over labels, titles, numbers and descriptions.

The rows of the queries in `queries/search` enter; hits leave, in a stable order, with the part that matched.
"""
