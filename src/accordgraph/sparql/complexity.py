"""How large a query is, before it is parsed: its length, how deep it nests, how many patterns it has.

The engine plans for seconds over 150 triple patterns, so a query is told at once that it has too many. What
is counted here is an upper bound for queries as people write them: some harmless text counts too. It is no
wall: who hides brackets from it meets the deadline of the process, whose stack is deep enough for them.
"""

from accordgraph.errors import LimitExceeded
from accordgraph.sparql.tokenizer import tokens

_OPEN, _CLOSE = "({[", ")}]"


def check_size(text: str, most_bytes: int, most_deep: int, most_patterns: int) -> None:
    """Raise `LimitExceeded`, which names the setting, when a query is larger than is allowed."""
    length = len(text.encode())
    if length > most_bytes:
        raise LimitExceeded("query_bytes", f"the query is {length:,} bytes long; it may be {most_bytes:,}")
    depth, patterns = measure(text)
    if depth > most_deep:
        raise LimitExceeded(
            "query_depth", f"brackets stand {depth} deep in each other; {most_deep} are allowed"
        )
    if patterns > most_patterns:
        message = (
            f"the query has up to {patterns} triple patterns and steps of paths; {most_patterns} are allowed"
        )
        raise LimitExceeded("query_patterns", message)


def measure(text: str) -> tuple[int, int]:
    """Return how deep the brackets of a query nest, and the most triple patterns that it can have."""
    stack: list[str] = []
    deepest = patterns = 0
    before = ""
    for token in tokens(text):
        before, mark = token.text, before + token.text
        if token.kind != "mark":
            continue
        if token.text in _OPEN:
            stack.append(token.text)
            deepest = max(deepest, len(stack))
            patterns += token.text != "("
        elif token.text in _CLOSE:
            if stack:
                stack.pop()
        elif mark == "||":  # alternatives of a condition, not of a path: takes back the first bar
            patterns -= 1
            before = ""
        elif token.text in ".;/|" or (token.text == "," and stack and stack[-1] != "("):
            patterns += 1
    return deepest, patterns
