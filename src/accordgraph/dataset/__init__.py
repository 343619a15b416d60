"""The dataset: the triples of all files, what the rules derive from them, and their merge.

The Turtle files of ontology/ and data/ and the queries of queries/ enter. An `Assembly` in memory leaves, and
the build folder: N-Quads, a manifest with the digests of all files, and the verdict of the validation, which
tell whether the build is up to date.
"""
