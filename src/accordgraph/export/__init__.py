"""Exports: the dataset in files that portals, statistical clients and people without RDF open.

The N-Quads of a build and the cube definitions enter; one folder of files leaves, each with its checksum. The
same dataset gives the same octets: everything is sorted, and there is no clock.
"""
