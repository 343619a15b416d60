"""A SPARQL query, read once: its form, RDF dataset, size and all else that depends on its text.

Who receives a query makes a `SparqlQuery` of it and hands that on, up to the worker process. What it states
follows from one reading of the tokens; the engine parses.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import pyoxigraph as ox

from accordgraph.errors import LimitExceeded, QueryRefused
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.sparql.tokenizer import Token, calls_service, tokenize

QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATE = "UPDATE"
"""The form of a SPARQL update, whatever its operation."""
_UPDATES = {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}
_DECLARATIONS = {"PREFIX": ["name", "iri"], "BASE": ["iri"], "VERSION": ["string"]}
_MODIFIERS = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}
_OPEN, _CLOSE = "({[", ")}]"
_VOLATILE = re.compile(r"(?<![^\W\d])(?:NOW|RAND|UUID|STRUUID|BNODE)(?!\w)", re.IGNORECASE)
"""The functions that return another value each time, wherever their names stand."""
_PREFIX = re.compile(r"(?<![\w-])([A-Za-z][\w-]*):")
_RELATIVE = re.compile(r'<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>"{}|^`\\\x00-\x20]*>')
_CACHED_LENGTH = 10_000
"""The longest text, in characters, whose reading is cached: the server's own queries are shorter."""


@dataclass(frozen=True)
class Graphs:
    """An RDF dataset by name: the IRIs of the graphs that make up the default graph, and the named graphs."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)


@dataclass(frozen=True)
class SparqlQuery:
    """The text of a query or update, and what its tokens state; see `read`."""

    text: str
    size: int
    """Its length in bytes (UTF-8)."""
    form: str
    """One of `QUERY_FORMS`, `UPDATE`, or empty for any other text."""
    first: Token | None
    """The first token after the prologue; None in an empty text."""
    clauses: tuple[tuple[int, int], ...]
    """The offsets of its FROM clauses: start and end of each."""
    from_default: tuple[str, ...]
    """The IRIs of its FROM clauses as they are written."""
    from_named: tuple[str, ...]
    """The IRIs of its FROM NAMED clauses as they are written."""
    declared: frozenset[str]
    """The prefixes that it declares, without the colon."""
    has_base: bool
    depth: int
    """How deep its brackets nest."""
    patterns: int
    """An upper bound of the number of its triple patterns and path steps, for usual queries."""
    modifiers: frozenset[str]
    """The solution modifiers, and VALUES, that stand outside of all brackets."""
    deterministic: bool
    """Whether its result is the same on every evaluation over one dataset; False in doubt."""

    @staticmethod
    def read(text: str, query_bytes: int | None = None) -> "SparqlQuery":
        """Read a query or update.

        Of a text that is longer than `query_bytes`, which `check_size` then rejects, only the beginning is
        read. A byte order mark at its beginning is no part of it. Never raises an error: a text that is no
        SPARQL is for the engine to reject.
        """
        text = text.removeprefix("\ufeff")
        size = len(text.encode(errors="surrogatepass"))
        if query_bytes is not None and size > query_bytes:
            return _read(text, size, query_bytes)
        return _cached_read(text, size) if size <= _CACHED_LENGTH else _read(text, size)

    @property
    def is_graph(self) -> bool:
        """Whether its result is a graph (CONSTRUCT, DESCRIBE)."""
        return self.form in ("CONSTRUCT", "DESCRIBE")

    @property
    def start(self) -> int:
        """The offset behind its prologue, where BASE and PREFIX end."""
        return self.first.start if self.first else len(self.text)

    @property
    def prologue(self) -> str:
        """Its declarations of BASE and PREFIX."""
        return self.text[: self.start]

    @cached_property
    def graphs(self) -> Graphs:
        """The graphs that its FROM clauses name, as absolute IRIs; none when they cannot be parsed."""
        if not self.from_default and not self.from_named:
            return Graphs()
        columns = " ".join(f"({iri} AS ?g{n})" for n, iri in enumerate(self.from_default + self.from_named))
        try:
            rows = ox.Store().query(f"{self.prologue}\nSELECT {columns} {{}}", base_iri=ID, prefixes=PREFIXES)
            assert isinstance(rows, ox.QuerySolutions)
            iris = tuple(term.value for term in next(rows) if isinstance(term, ox.NamedNode))
        except SyntaxError:  # the engine reports it when it parses the query itself
            return Graphs()
        return Graphs(iris[: len(self.from_default)], iris[len(self.from_default) :])

    def check_size(self, query_bytes: int, query_depth: int, query_patterns: int) -> None:
        """Raise `LimitExceeded`, which names the setting, when the query exceeds one of these limits.

        Brackets can be hidden from the tokenizer, so the safeguards against hostile texts are others: the
        time limit of a worker process, and a stack that is deep enough for the longest query.
        """
        if self.size > query_bytes:
            message = f"the query is {self.size:,} bytes long; the limit is {query_bytes:,} bytes"
            raise LimitExceeded("query_bytes", message)
        if self.depth > query_depth:
            message = f"brackets are nested {self.depth} levels deep; the limit is {query_depth} levels"
            raise LimitExceeded("query_depth", message)
        if self.patterns > query_patterns:
            message = (
                f"the query has up to {self.patterns} triple patterns and path steps; "
                f"the limit is {query_patterns}"
            )
            raise LimitExceeded("query_patterns", message)

    def check_read_only(self) -> None:
        """Raise `QueryRefused` for an update, and for a call of another endpoint."""
        if self.form == UPDATE:
            raise QueryRefused("SPARQL Update is not permitted; the dataset is read-only")
        if calls_service(self.text):
            raise QueryRefused("SERVICE is not permitted; this endpoint calls no other endpoint")

    def standalone(self) -> str:
        """Return the text for another engine, which does not know the prefixes and the base of the graph.

        Line numbers stay the same. BASE comes first, the prefixes after those that are declared, since some
        engines require that. A prefix that only seems to be used (in a string, say) is declared as well.
        """
        missing = (set(_PREFIX.findall(self.text)) & set(PREFIXES)) - self.declared
        prefixes = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in sorted(missing))
        base = f"BASE <{ID}> " if not self.has_base and _RELATIVE.search(self.text) else ""
        return base + self.prologue + prefixes + self.text[self.start :]

    def without_graphs(self) -> "SparqlQuery":
        """Return the query with blanks for its FROM clauses: the protocol sends the graphs beside it."""
        text = self.text
        for start, end in self.clauses:
            text = text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]
        return replace(self, text=text, clauses=())


def _read(text: str, size: int, length: int | None = None) -> SparqlQuery:
    """Read the first `length` characters of a text."""
    tokens = list(tokenize(text[:length]))
    index = _end_of_prologue(tokens)
    first = tokens[index] if index < len(tokens) else None
    word = first.text.upper() if first and first.kind == "word" else ""
    form = UPDATE if word in _UPDATES else word if word in QUERY_FORMS else ""
    words = [(n, token.text.upper()) for n, token in enumerate(tokens) if token.kind == "word"]
    clauses, default, named = list[tuple[int, int]](), list[str](), list[str]()
    for n in (n for n, word in words if word == "FROM" and n >= index):
        is_named = [token.text.upper() for token in tokens[n + 1 : n + 2]] == ["NAMED"]
        graph = tokens[n + 1 + is_named : n + 2 + is_named]
        (named if is_named else default).extend(token.text for token in graph)
        clauses.append((tokens[n].start, tokens[min(n + 1 + is_named, len(tokens) - 1)].end))
    depth, patterns, modifiers = _measure(tokens)
    makes_nodes = form == "CONSTRUCT" and ("[" in text or "_:" in text)
    return SparqlQuery(
        text,
        size,
        form,
        first,
        tuple(clauses),
        tuple(default),
        tuple(named),
        frozenset(
            name.text.removesuffix(":")
            for n, word in words
            if word == "PREFIX"
            for name in tokens[n + 1 : n + 2]
        ),
        any(n < index and word == "BASE" for n, word in words),
        depth,
        patterns,
        frozenset(modifiers),
        not makes_nodes and not _VOLATILE.search(text),
    )


_cached_read = lru_cache(256)(_read)


def _end_of_prologue(tokens: list[Token]) -> int:
    """Return the index of the first token that belongs to no complete declaration."""
    index = 0
    while index < len(tokens) and tokens[index].kind == "word":
        kinds = _DECLARATIONS.get(tokens[index].text.upper())
        if kinds is None or [token.kind for token in tokens[index + 1 : index + 1 + len(kinds)]] != kinds:
            break
        index += 1 + len(kinds)
    return index


def _measure(tokens: list[Token]) -> tuple[int, int, set[str]]:
    """Return how deep brackets nest, the most triple patterns, and the modifiers outside of all brackets."""
    stack: list[str] = []
    modifiers: set[str] = set()
    depth = patterns = 0
    before = ""
    for kind, text, _ in tokens:
        before, pair = text, before + text
        if kind == "word" and not stack and text.upper() in _MODIFIERS:
            modifiers.add(text.upper())
        if kind != "mark":
            continue
        if text in _OPEN:
            stack.append(text)
            depth = max(depth, len(stack))
            patterns += text != "("
        elif text in _CLOSE:
            if stack:
                stack.pop()
        elif pair == "||":  # alternatives of a condition, not of a path: takes back the first bar
            patterns -= 1
            before = ""
        elif text in ".;/|" or (text == "," and stack and stack[-1] != "("):
            patterns += 1
    return depth, patterns, modifiers
