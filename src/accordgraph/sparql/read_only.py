"""What no store does: updates, and calls of other endpoints."""

from accordgraph.errors import QueryRefused
from accordgraph.sparql.tokenizer import calls_service, is_update


def check_read_only(text: str) -> None:
    """Raise `QueryRefused` for what no store does: updates, and calls of other endpoints."""
    if is_update(text):
        raise QueryRefused("this is an update, and the dataset can only be read")
    if calls_service(text):
        raise QueryRefused("SERVICE calls another endpoint, which this one does not do")
