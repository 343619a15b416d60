"""HTTP itself: reading requests, choosing the representation, and describing errors.

The octets of a connection enter; a checked request goes to the routes. A response, or a `Problem`, comes back
and leaves with its entity tag, content coding, CORS and log line. Nothing here knows SPARQL or the graph.
"""
