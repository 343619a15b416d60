"""Documents about the graph, for people and programs: HTML, JSON-LD and VoID.

The rows of the queries in `queries/linked` and `queries/void` enter; pages, JSON-LD documents and the
description of the dataset leave, in the language and at the address that the request names.
"""
