"""SPARQL endpoints elsewhere: querying one as an engine, and loading the dataset into one.

A `Job` enters, and the answer of the endpoint leaves in the same formats as from the workers. The built
dataset enters, and leaves by the Graph Store Protocol or SPARQL Update, with a record of what was loaded.
"""
