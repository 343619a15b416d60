"""What each kind of problem means and what a client can do about it: the text at the IRI of its type."""

from accordgraph.server.http import problems
from accordgraph.server.http.problems import Kind

MEANINGS = {
    "missing-query": "The request has no query. Send one as the parameter 'query', or as the body.",
    "bad-request": "The request does not keep to the protocol. The detail says what is wrong with it.",
    "malformed-query": (
        "The query is not SPARQL 1.1. 'line' and 'column' say where it cannot be read further."
    ),
    "evaluation": (
        "The query is well written, but a part of it cannot be evaluated, such as a function that does not "
        "exist."
    ),
    "refused": "The server does not do this for anyone: it takes no updates and calls no other endpoint.",
    "not-found": "The graph and the server have nothing of this name. Names are exact, capital letters too.",
    "gone": "There was something of this name. 'replacedBy', where it is there, says what to use instead.",
    "method-not-allowed": (
        "The address exists, but not for this method. The header Allow lists those that it has."
    ),
    "not-acceptable": (
        "The answer cannot be given in the form that 'format', the suffix or the Accept header asks for. "
        "'available' lists the media types that can be given."
    ),
    "unsupported-media-type": (
        "The body was sent as a media type, or in a content coding, that this address does not take."
    ),
    "invalid-parameters": (
        "A parameter has a value of the wrong kind. 'errors' names each and says what is right."
    ),
    "request-timeout": "The body of the request did not come in time. Send it faster, or in smaller parts.",
    "too-long": "The query or the body is longer than the server takes. 'limit' names the setting.",
    "address-too-long": (
        "The address is longer than the server takes: 'limit' names the setting. Send a long query by POST."
    ),
    "head-too-long": (
        "The headers of the request are longer than the server takes: 'limit' names the setting. Send fewer."
    ),
    "limit-exceeded": (
        "The query or its answer is more than the server allows. 'limit' names the setting; ask for less, or "
        "in parts."
    ),
    "too-many-requests": (
        "This client has used the time or the errors that one client may have in a minute. Retry-After says "
        "how many seconds to wait."
    ),
    "misdirected": "The request names an address of https, but the connection is not one of https.",
    "client-left": "The client closed the connection before the answer; this stands in logs only.",
    "query-timeout": (
        "The query took longer than the server allows. Ask for less: name a class or a thing, avoid patterns "
        "that share no variable."
    ),
    "query-memory": "The query took more memory than the server allows. Ask for less, or without sorting.",
    "overloaded": "The server has no place for the query now. Retry-After says how many seconds to wait.",
    "not-ready": "The server does not answer queries now: its store does not answer. Come again.",
    "query-failed": "The process of the query ended by itself. Another has taken its place; ask again.",
    "internal-error": "The server met an error that it did not expect. It is noted in the log.",
    "not-implemented": (
        "The server does not know the method, or the transfer coding of the body. Methods are in capitals."
    ),
    "http-version": "The request is in another version of HTTP than 1.0 and 1.1.",
    "http": "The request cannot be answered; the status says why.",
}
"""The meaning of each kind, by its name."""


def kinds() -> dict[str, Kind]:
    """Return every kind of problem by its name; `http` is for statuses without a kind of their own."""
    named = {kind.name: kind for kind in vars(problems).values() if isinstance(kind, Kind)}
    return named | {"http": Kind("http", 400, "The request cannot be answered")}
