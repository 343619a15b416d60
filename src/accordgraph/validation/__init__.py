"""Validation of a dataset: SHACL shapes for each node, quality queries for rules across nodes.

An assembled dataset enters; findings leave, as text, JSON or a SHACL report, with the verdict on its digest.
"""
