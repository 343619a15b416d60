"""Turtle: reading it with the place of each fault, and the one canonical text of a graph.

Text enters; triples, or the same graph as canonical Turtle, leave. Nothing here knows the model.
"""
