"""The query library: one question a file, with a header of `#+ key: value` lines and parameters in `VALUES`.

    #+ summary: Which instruments serve an objective?
    #+ param: objective iri The objective that is asked about
    SELECT ?instrument WHERE {
      VALUES ?objective { objective:connecting-disconnecting }
      ?instrument acg:serves ?objective
    }

A value reaches the query only as a whole term, written by the term serialiser, in the place of the default in
the `VALUES` line; no other text of a query is ever changed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from accordgraph.errors import ParameterError, QueryError, QueryFileError
from accordgraph.namespaces import ID, PREFIXES, XSD

_HEADER = re.compile(r"#\+ ?([a-z-]+):[ \t]*(.*)")
_PARAMETER = re.compile(r"(\w+)\s+(\S+)\s+(\S.*)")
_POSITION = re.compile(r"^error at (\d+):(\d+): ")


@dataclass(frozen=True)
class Parameter:
    """A value that a query asks for: its name, its type (one of `TYPES`), what it means, and its default."""

    name: str
    type: str
    description: str
    default: str


@dataclass(frozen=True)
class Query:
    """A query file."""

    name: str
    kind: str
    """The folder: competency, derive, quality ..."""
    path: Path
    headers: Mapping[str, tuple[str, ...]]
    parameters: tuple[Parameter, ...]
    text: str

    @property
    def summary(self) -> str:
        """The question, or what the rule says."""
        return self.headers["summary"][0]

    def header(self, key: str, default: str = "") -> str:
        """Return the (first) value of a header line."""
        return self.headers.get(key, (default,))[0]

    def bind(self, values: Mapping[str, Sequence[str]]) -> str:
        """Return the text with the given values in the place of the parameters' defaults.

        Several values of one parameter are alternatives. Raises `ParameterError`, which names the query, the
        parameter and what would be right.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        text = self.text
        for name, texts in values.items():
            if name not in known:
                names = ", ".join(known) or "none"
                raise ParameterError(f"query {self.name} has no parameter {name!r}; it has: {names}")
            terms = [str(self._term(known[name], value)) for value in texts]
            if not terms:
                raise ParameterError(f"query {self.name}, parameter {name}: no value; give one or more")
            text = _replace_default(text, name, " ".join(terms))
        return text

    def _term(self, parameter: Parameter, value: str) -> NamedNode | Literal:
        make, right = TYPES[parameter.type]
        try:
            return make(value)
        except ValueError as error:
            raise ParameterError(
                f"query {self.name}, parameter {parameter.name}: {value!r} is not {right}"
            ) from error


def iri(text: str) -> NamedNode:
    """Return the IRI that a person means: `<IRI>`, an absolute IRI, `theme:telework`, or `be/body/nar`.

    Raises `ValueError` when it is none of these.
    """
    text = text.removeprefix("<").removesuffix(">")
    prefix, colon, local = text.partition(":")
    if not colon:
        if not text:
            raise ValueError("empty")
        return ID[text]
    if prefix in PREFIXES:
        return NamedNode(PREFIXES[prefix] + local)
    return NamedNode(text)


def _literal(datatype: NamedNode, pattern: str) -> Callable[[str], Literal]:
    def make(text: str) -> Literal:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        if datatype == XSD.date:
            date.fromisoformat(text)
        return Literal(text, datatype=datatype)

    return make


TYPES: Mapping[str, tuple[Callable[[str], NamedNode | Literal], str]] = {
    "iri": (iri, "an IRI: write <https://...>, a prefixed name such as theme:telework, or be/body/nar"),
    "string": (Literal, "a text"),
    "integer": (_literal(XSD.integer, r"[+-]?[0-9]+"), "a whole number, such as 20"),
    "decimal": (_literal(XSD.decimal, r"[+-]?[0-9]+(\.[0-9]+)?"), "a number, such as 144.31"),
    "boolean": (_literal(XSD.boolean, "true|false"), "true or false"),
    "date": (_literal(XSD.date, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day, such as 2023-01-01"),
}
"""The types of parameters: how a text becomes a term, and what a right value is."""


def load_query(path: Path) -> Query:
    """Read a query file; raises `QueryFileError` when its header is not as it should be."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryFileError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    headers: dict[str, list[str]] = {}
    for line in text.splitlines():
        match = _HEADER.fullmatch(line.rstrip())
        if not match:
            break
        headers.setdefault(match[1], []).append(match[2])
    if not headers.get("summary", [""])[0]:
        raise QueryFileError(f"{path}: no summary; the first line is '#+ summary: what the query asks'")
    parameters = tuple(_parameter(path, text, value) for value in headers.get("param", ()))
    frozen = {key: tuple(values) for key, values in headers.items()}
    return Query(path.stem, path.parent.name, path, frozen, parameters, text)


def _parameter(path: Path, text: str, header: str) -> Parameter:
    match = _PARAMETER.fullmatch(header)
    if not match or match[2] not in TYPES:
        types = ", ".join(TYPES)
        raise QueryFileError(
            f"{path}: '#+ param: {header}' should be: name type description (types: {types})"
        )
    lines = _values_line(match[1]).findall(text)
    if len(lines) != 1:
        raise QueryFileError(
            f"{path}: parameter {match[1]} needs one line 'VALUES ?{match[1]} {{ default }}'"
        )
    return Parameter(match[1], match[2], match[3], lines[0][1].strip())


def _values_line(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?m)^(\s*VALUES\s+\?{re.escape(name)}\s*\{{)([^}}\n]*)(\}}.*)$")


def _replace_default(text: str, name: str, terms: str) -> str:
    return _values_line(name).sub(lambda line: f"{line[1]} {terms} {line[3]}", text)


def load_queries(folder: Path) -> list[Query]:
    """Read the query files of a folder and its subfolders, in path order; none when it is absent."""
    return [load_query(path) for path in sorted(folder.rglob("*.rq"))]


def find_query(folder: Path, name: str) -> Query:
    """Return the query of that name (`name` or `kind/name`) in a library, or the query file at that path.

    Raises `QueryFileError` when there is none, or several of different kinds.
    """
    if name.endswith(".rq"):
        return load_query(Path(name))
    found = [
        path for path in sorted(folder.rglob(f"{Path(name).name}.rq")) if f"/{name}.rq" in path.as_posix()
    ]
    if len(found) == 1:
        return load_query(found[0])
    if found:
        kinds = " or ".join(f"{path.parent.name}/{path.stem}" for path in found)
        raise QueryFileError(f"several queries are called {name!r}; say {kinds}")
    raise QueryFileError(
        f"no query {name!r} in {folder}; `accordgraph queries` lists them; a file ends in .rq"
    )


def query_error(error: SyntaxError) -> QueryError:
    """Return the error of the SPARQL parser as ours, with line and column."""
    text = str(error.msg or error)
    match = _POSITION.match(text)
    if match:
        return QueryError(text[match.end() :], int(match[1]), int(match[2]))
    return QueryError(text, error.lineno, error.offset)


def check_syntax(query: Query) -> None:
    """Raise `QueryFileError` when the query, with its defaults, is not SPARQL."""
    try:
        Store().query(query.text, base_iri=ID)
    except SyntaxError as error:
        raise QueryFileError(f"{query.path}: {query_error(error)}") from error
