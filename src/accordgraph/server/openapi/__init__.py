"""The OpenAPI description of the server, for programs and as a page.

The typed routes, the query library, the concepts of the served dataset and a table of the plain routes enter;
one OpenAPI 3.1 document leaves.
"""
