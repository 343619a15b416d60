"""From a query to an HTTP response: cache, execution, spool, rate limit and metrics.

A request with a `ResultSpec` (query, graphs, format, how a page is made) enters; a response leaves, from the
cache or from the engine. Every endpoint that gives results shares the one `QueryService`.
"""
