"""The model reference: the assembled dataset and the shapes enter, Markdown pages leave.

There is a page for each class and each concept scheme, and an index with a class diagram.
"""
