"""The store: a validated dataset that answers SPARQL in this process, in memory or on disk.

N-Quads, or the folder of a store, enter; the answer to a query leaves. Which dataset a folder has can be
exchanged while others read it.
"""
