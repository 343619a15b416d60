"""The query library: one question a file, with a header of `#+ key: value` lines and parameters in `VALUES`.

    #+ summary: Which instruments serve an objective?
    #+ summary@fr: Quels instruments servent un objectif ?
    #+ param: objective concept(objective) The objective that is asked about
    SELECT ?instrument WHERE {
      VALUES ?objective { objective:connecting-disconnecting }
      ?instrument acg:serves ?objective
    }
    ORDER BY ?instrument

A value reaches the query only as a whole term, written by the term serialiser, in the place of the default in
the `VALUES` line; no other text of a query is ever changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from accordgraph.errors import ParameterError, QueryError, QueryFileError, shown
from accordgraph.files.folder_scan import scan
from accordgraph.library.parameters import RESERVED, TYPES, Parameter, Schemes, is_type
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.project import SPARQL
from accordgraph.sparql.query import SparqlQuery
from accordgraph.sparql.tokenizer import tokenize

_HEADER = re.compile(r"#\+ ?([a-z-]+(?:@[a-z]{2})?):[ \t]*(.*)")
_PARAMETER = re.compile(r"(\w+)\s+(\S+)\s+(\S.*)")
_POSITION = re.compile(r"^error at (\d+):(\d+): ")
_GIVES = {"SELECT": "solutions", "ASK": "boolean", "CONSTRUCT": "graph", "DESCRIBE": "graph"}


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
        """The question, or what the rule says, in English."""
        return self.headers["summary"][0]

    def summary_in(self, language: str) -> str:
        """Return the summary in a language; in English where the header has no other."""
        return self.header(f"summary@{language}", self.summary)

    @property
    def summaries(self) -> dict[str, str]:
        """The summary in each language that the header has."""
        others = {
            key.removeprefix("summary@"): values[0]
            for key, values in self.headers.items()
            if key.startswith("summary@")
        }
        return {"en": self.summary} | others

    def header(self, key: str, default: str = "") -> str:
        """Return the (first) value of a header line."""
        return self.headers.get(key, (default,))[0]

    @property
    def gives(self) -> str:
        """What the answer is: `solutions`, a `boolean` or a `graph`."""
        return _GIVES.get(self.sparql.form, "solutions")

    @property
    def chooses(self) -> bool:
        """Whether a parameter is a concept of a scheme."""
        return any(parameter.scheme for parameter in self.parameters)

    @cached_property
    def sparql(self) -> SparqlQuery:
        """The query with the defaults of its parameters."""
        return SparqlQuery.read(self.text)

    @property
    def has_pages(self) -> bool:
        """Whether its rows can be requested in parts: SELECT, with ORDER BY and no LIMIT at its end."""
        modifiers = self.sparql.modifiers
        ordered = "ORDER" in modifiers and not modifiers & {"LIMIT", "OFFSET", "VALUES"}
        return self.sparql.form == "SELECT" and ordered

    def bind(self, values: Mapping[str, Sequence[str]], schemes: Schemes | None = None) -> str:
        """Return the text with the given values in the place of the parameters' defaults.

        Several values of one parameter are alternatives. Where `schemes` says which concepts there are, a
        concept is one of these. Raises `ParameterError`, which names the query and, of each value that does
        not fit, the parameter and what would be right.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        faults: list[dict[str, str]] = []
        places = []
        for name, texts in values.items():
            if name not in known:
                names = ", ".join(known) or "none"
                faults.append(
                    {"parameter": shown(name), "detail": f"no parameter {shown(name)!r}; it has: {names}"}
                )
                continue
            terms = []
            if not texts:
                faults.append({"parameter": name, "detail": "no value; give one or more"})
            for text in texts:
                try:
                    terms.append(str(known[name].term(text, schemes)))
                except ValueError:
                    detail = known[name].fault(text, schemes)
                    faults.append({"parameter": name, "value": shown(text), "detail": detail})
            places.append((*_default_places(self.text, name)[0], " ".join(terms)))
        if faults:
            raise ParameterError("; ".join(self._message(fault, known) for fault in faults), faults)
        text = self.text
        for start, end, written in sorted(places, reverse=True):
            text = f"{text[:start]} {written} {text[end:]}"
        return text

    def _message(self, fault: Mapping[str, str], known: Mapping[str, Parameter]) -> str:
        if fault["parameter"] not in known:
            return f"query {self.name} has {fault['detail']}"
        return f"query {self.name}, parameter {fault['parameter']}: {fault['detail']}"

    def defaults(self, parameter: Parameter) -> tuple[str, ...]:
        """Return the default of a parameter as a person writes it; nothing where it is UNDEF.

        Raises `QueryFileError` for one that does not fit the parameter's type.
        """
        try:
            rows = Store().query(
                f"{self.sparql.prologue}\nSELECT ?v {{ VALUES ?v {{ {parameter.default} }} }}",
                base_iri=ID,
                prefixes=PREFIXES,
            )
            assert isinstance(rows, QuerySolutions)
            terms = [row["v"] for row in rows if row["v"] is not None]
            del rows  # which an error would keep, and only this thread may let go
            texts = tuple(parameter.written(term) for term in terms if isinstance(term, NamedNode | Literal))
            if [parameter.term(text) for text in texts] == terms:
                return texts
        except (SyntaxError, ValueError):
            pass
        raise QueryFileError(
            f"{self.path}: the default of {parameter.name}, {parameter.default}, is not {parameter.right()}"
        )


def page_of(text: str, limit: int, offset: int) -> str:
    """Return a query that `has_pages`, for so many rows after the first so many.

    ORDER BY is the last clause of such a query, and the bounds are what may follow it. They begin a line, so
    that a comment at the end of the text does not take them in.
    """
    return f"{text}\nLIMIT {limit:d}\nOFFSET {offset:d}\n"


def load_query(path: Path) -> Query:
    """Read a query file; raises `QueryFileError` when its header is not as it should be."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryFileError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    headers = headers_of(text)
    if not headers.get("summary", ("",))[0]:
        raise QueryFileError(f"{path}: no summary; the first line is '#+ summary: what the query asks'")
    parameters = tuple(_parameter(path, text, value) for value in headers.get("param", ()))
    return Query(path.stem, path.parent.name, path, headers, parameters, text)


def headers_of(text: str) -> dict[str, tuple[str, ...]]:
    """Return the values of each header line at the top of a query."""
    headers: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        match = _HEADER.fullmatch(line.rstrip())
        if not match:
            break
        headers[match[1]] = (*headers.get(match[1], ()), match[2])
    return headers


def values_in(text: str) -> dict[str, str]:
    """Return what stands in the VALUES line of each parameter of a query, as SPARQL."""
    found = {}
    for header in headers_of(text).get("param", ()):
        name = header.split(maxsplit=1)[0]
        for start, end in _default_places(text, name)[:1]:
            found[name] = text[start:end].strip()
    return found


def _parameter(path: Path, text: str, header: str) -> Parameter:
    match = _PARAMETER.fullmatch(header)
    if not match or not is_type(match[2]):
        types = ", ".join((*TYPES, "concept(scheme)"))
        raise QueryFileError(
            f"{path}: '#+ param: {header}' should be: name type description (types: {types})"
        )
    if match[1] in RESERVED:
        raise QueryFileError(f"{path}: no parameter is called {match[1]}: requests use the name themselves")
    places = _default_places(text, match[1])
    if len(places) != 1 or "\n" in text[slice(*places[0])]:
        raise QueryFileError(
            f"{path}: parameter {match[1]} needs one line 'VALUES ?{match[1]} {{ default }}'"
        )
    return Parameter(match[1], match[2], match[3], text[slice(*places[0])].strip())


def _default_places(text: str, name: str) -> list[tuple[int, int]]:
    """Return where the braces of each `VALUES ?name { default }` begin and end, inside of them."""
    found, places = list(tokenize(text)), []
    for place, token in enumerate(found[:-2]):
        if token.kind != "word" or token.text.upper() != "VALUES":
            continue
        if [found[place + 1].text, found[place + 2].text] == [f"?{name}", "{"]:
            end = next((t.start for t in found[place + 3 :] if t.kind == "mark" and t.text == "}"), None)
            if end is not None:
                places.append((found[place + 2].start + 1, end))
    return places


def load_queries(folder: Path) -> list[Query]:
    """Read the query files of a folder and its subfolders, in path order; none when it is absent."""
    return [load_query(path) for path in scan(folder, SPARQL).files]


def load_rules(folder: Path) -> list[Query]:
    """Read the query files of a folder like `load_queries`; raises `QueryFileError` when there is none."""
    if rules := load_queries(folder):
        return rules
    raise QueryFileError(f"no query file in {folder}, so that no rule would be applied; restore the folder")


def find_query(folder: Path, name: str) -> Query:
    """Return the query of that name (`name` or `kind/name`) in a library, or the query file at that path.

    Raises `QueryFileError` when there is none, or several of different kinds.
    """
    if name.endswith(".rq"):
        return load_query(Path(name))
    found = [
        path for path in scan(folder, SPARQL).files if path.with_suffix("").as_posix().endswith(f"/{name}")
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
