"""Queries in processes of their own, which can be stopped: the only way to end a query of this engine.

    web process ── control ──> fork server (holds the dataset)
         │                        │ fork, once a worker
         └──── one socket each ──> worker (one query at a time, no network)

A `Job` enters; the pieces of its result leave. The fork server is one thread and little else, so a fork takes
about two milliseconds and shares the dataset's memory. A worker that is stopped is replaced, never mended.
"""
