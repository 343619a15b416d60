"""The documentation as something that runs: its examples are executed, its answers are what they gave.

In a Markdown file an answer stands between two comments, and `scripts/update-docs` writes it anew:

    <!-- begin answer -->                          what the example before it gives (sparql, sh or python)
    <!-- begin answer: accordgraph queries -->     what that command prints
    <!-- begin turtle: FILE THING ... -->          what a data file says of some things
    <!-- begin table: NAME ... -->                 a table of what the code or the library has; see `TABLES`
    ...
    <!-- end -->

Examples speak to http://127.0.0.1:8000; here a server on a free port stands in for it.
"""
