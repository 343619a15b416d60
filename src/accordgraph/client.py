"""A client of the graph: ask any SPARQL endpoint a named query or a text, and get Python values back.

    client = Client("http://127.0.0.1:8000/sparql")
    client.rows("disconnection-agreements")
    client.dataframe("SELECT ?theme WHERE { ?theme a skos:Concept }")

Integers, decimals, booleans, days and points in time become `int`, `Decimal`, `float`, `bool`, `date` and
`datetime`; an unbound variable is None. IRIs and all other literals become `str`, and so does a literal that
is ill-typed or that the Python type cannot hold exactly. Text with a language is a `LanguageString`.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import rdflib
from pyoxigraph import NamedNode

from accordgraph.errors import AccordGraphError, EndpointError
from accordgraph.library.catalogue import CONCEPTS, schemes_of
from accordgraph.library.parameters import Schemes
from accordgraph.library.query_file import Query, find_query, load_queries
from accordgraph.namespaces import XSD
from accordgraph.project import find_project
from accordgraph.rdf.xsd import INTEGERS, is_lexical
from accordgraph.results.json_reader import BLANK_NODE, LITERAL, Term, read_rows, rows_in

if TYPE_CHECKING:
    from pandas import DataFrame

Value = str | int | float | bool | Decimal | date | None
Row = dict[str, Value]
Argument = str | int | Decimal | date | list[str] | tuple[str, ...]

RESULTS, GRAPH = "application/sparql-results+json", "application/n-triples, text/turtle;q=0.5"
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)*")
_MOST_REDIRECTS = 5
_PYTHON: Mapping[NamedNode, Callable[[str], Value]] = {
    **dict.fromkeys(INTEGERS, int),
    XSD.decimal: Decimal,
    XSD.double: float,
    XSD.float: float,
    XSD.boolean: lambda text: text in ("true", "1"),
    XSD.date: date.fromisoformat,
    XSD.dateTime: datetime.fromisoformat,
}
_BEYOND_MICROSECONDS = re.compile(r"\.\d{7}")


class LanguageString(str):
    """The text of a literal with a language tag, `language`."""

    language: str

    def __new__(cls, text: str, language: str) -> "LanguageString":
        """Return a text in a language."""
        self = super().__new__(cls, text)
        self.language = language
        return self


class Client:
    """A SPARQL endpoint to ask. Named queries are those in `queries`, by default the project's library.

    `timeout` is in seconds, for the whole of an answer; `auth` is a name and a password (Basic). Every method
    raises `EndpointError` when the endpoint cannot be reached or gives something else than it was asked for.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        timeout: float = 60,
        queries: Path | None = None,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self.endpoint, self._timeout, self._queries, self._auth = _checked(endpoint), timeout, queries, auth
        self._schemes: Schemes | None = None

    def __repr__(self) -> str:
        """Name the endpoint."""
        return f"Client({self.endpoint!r})"

    def rows(self, query: str, **parameters: Argument) -> list[Row]:
        """Return the solutions of a SELECT query, each with every variable of the query."""
        return self._select(query, parameters)[1]

    def dataframe(self, query: str, **parameters: Argument) -> "DataFrame":
        """Return the solutions of a SELECT query as a pandas DataFrame; needs the extra `pandas`.

        Days and points in time are `datetime64`. A column `NAME_language` follows one with languages.
        """
        try:
            import pandas
        except ImportError as error:
            raise AccordGraphError(
                "pandas is not installed; `pip install 'accordgraph[pandas]'` adds it"
            ) from error
        variables, rows = self._select(query, parameters)
        columns: dict[str, Any] = {}
        for name in variables:
            values = [row[name] for row in rows]
            given = [value for value in values if value is not None]
            columns[name] = pandas.Series(values, dtype=object).convert_dtypes()
            if given and all(isinstance(value, date) for value in given):
                days = pandas.Series(values, dtype=object)
                columns[name] = days.map(pandas.Timestamp, na_action="ignore")
            if any(isinstance(value, LanguageString) for value in given):
                columns[f"{name}_language"] = pandas.Series(
                    [getattr(value, "language", None) for value in values], dtype="string"
                )
        return pandas.DataFrame(columns)

    def ask(self, query: str, **parameters: Argument) -> bool:
        """Return the answer to an ASK query."""
        answer = self._json(query, parameters)
        if not isinstance(answer.get("boolean"), bool):
            raise EndpointError(self.endpoint, "the answer is no boolean; is it an ASK query?")
        return bool(answer["boolean"])

    def graph(self, query: str, **parameters: Argument) -> rdflib.Graph:
        """Return the graph of a CONSTRUCT or DESCRIBE query."""
        reply = self._post(self._text(query, parameters), GRAPH)
        try:
            return rdflib.Graph().parse(data=reply.body, format=reply.media_type)
        except Exception as error:  # rdflib's parsers raise many kinds
            message = f"the answer is no graph in N-Triples or Turtle{self._hint}"
            raise EndpointError(self.endpoint, message) from error

    def queries(self) -> list[dict[str, str]]:
        """Return the named queries: the name, the question, and the names of the parameters of each."""
        return [
            {
                "name": query.name,
                "summary": query.summary,
                "parameters": " ".join(parameter.name for parameter in query.parameters),
            }
            for query in load_queries(self._folder)
        ]

    def search(self, text: str, language: str = "en", limit: int = 20) -> list[dict[str, Any]]:
        """Return what a search of the AccordGraph server finds, best first, as `/api/search` gives it."""
        url = httpx.URL(self.endpoint).join("api/search")
        parameters = {"q": text, "language": language, "limit": limit}
        reply = self._send("GET", str(url), "application/json", params=parameters)
        results = self._loads(reply).get("results")
        if not isinstance(results, list):
            raise EndpointError(str(url), "the answer is no list of results; is it an AccordGraph server?")
        return results

    def _select(self, query: str, parameters: Mapping[str, Argument]) -> tuple[list[str], list[Row]]:
        answer = self._json(query, parameters)
        if "results" not in answer:
            raise EndpointError(self.endpoint, "the answer holds no solutions; is it a SELECT query?")
        try:
            variables = [str(name) for name in answer["head"]["vars"]]
            return variables, [{name: _value(row.get(name)) for name in variables} for row in rows_in(answer)]
        except (LookupError, TypeError, ValueError) as error:
            raise EndpointError(self.endpoint, "the answer is not SPARQL results in JSON") from error

    def _json(self, query: str, parameters: Mapping[str, Argument]) -> dict[str, Any]:
        return self._loads(self._post(self._text(query, parameters), RESULTS))

    def _loads(self, reply: "_Reply") -> dict[str, Any]:
        try:
            answer = json.loads(reply.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise EndpointError(self.endpoint, f"the answer is not SPARQL results in JSON{self._hint}")
        return answer

    @property
    def _hint(self) -> str:
        """What may be wrong with an address that answers with something else than SPARQL."""
        path = httpx.URL(self.endpoint).path
        return "; add /sparql to the address of an AccordGraph server" if path in ("", "/") else ""

    @property
    def _folder(self) -> Path:
        return self._queries or find_project().queries

    def _text(self, query: str, parameters: Mapping[str, Argument]) -> str:
        """Return the text of a query; a code of no concept of the endpoint raises `ParameterError`."""
        if not _NAME.fullmatch(query.strip()):
            if parameters:
                raise AccordGraphError("only named queries take parameters; this is a SPARQL text")
            return query
        named = find_query(self._folder, query.strip())
        values = {name: _texts(value) for name, value in parameters.items()}
        return named.bind(values, self._concepts(named, values))

    def _concepts(self, query: Query, values: Mapping[str, object]) -> Schemes | None:
        """Return the concepts that the endpoint has, where a value of the query is one."""
        if not any(parameter.scheme for parameter in query.parameters if parameter.name in values):
            return None
        if self._schemes is None:
            reply = self._post(find_query(self._folder, CONCEPTS).text, RESULTS)
            self._schemes = schemes_of(row["concept"].value for row in read_rows(reply.body))
        return self._schemes

    def _post(self, query: str, accept: str) -> "_Reply":
        """Send a query; it only reads, so it is sent again, as it is, to where a redirect leads."""
        url = self.endpoint
        for _ in range(_MOST_REDIRECTS):
            reply = self._send("POST", url, accept, data={"query": query})
            if not reply.location:
                return reply
            url = reply.location
            if reply.status == 303:
                raise EndpointError(self.endpoint, f"does not answer queries itself and names {url}")
        raise EndpointError(self.endpoint, f"redirects more than {_MOST_REDIRECTS} times, last to {url}")

    def _send(self, method: str, url: str, accept: str, **parts: Any) -> "_Reply":
        deadline = time.monotonic() + self._timeout
        auth = self._auth if httpx.URL(url).host == httpx.URL(self.endpoint).host else None
        body = bytearray()
        try:
            with httpx.stream(
                method, url, headers={"Accept": accept}, timeout=self._timeout, auth=auth, **parts
            ) as response:
                for piece in response.iter_bytes():
                    body += piece
                    if time.monotonic() > deadline:
                        raise httpx.ReadTimeout("timed out")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            message = f"cannot be reached, or stopped answering: {reason}"
            raise EndpointError(self.endpoint, message) from error
        if response.is_error:
            raise self._refusal(bytes(body), response.status_code)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        target = response.headers["location"] if response.has_redirect_location else ""
        location = str(response.url.join(target)) if target else ""
        return _Reply(response.status_code, media_type, location, bytes(body))

    def _refusal(self, body: bytes, status: int) -> EndpointError:
        try:
            problem = json.loads(body)
            detail = problem.get("detail") or problem.get("title") or body.decode()
        except (ValueError, AttributeError):
            problem, detail = {}, body.decode(errors="replace").strip() or f"status {status}, no reason given"
        return EndpointError(self.endpoint, detail, {"status": status, **problem})


@dataclass(frozen=True)
class _Reply:
    """An HTTP response as a client needs it; `location` is where a redirect leads."""

    status: int
    media_type: str
    location: str
    body: bytes


def _checked(endpoint: str) -> str:
    """Return the address of an endpoint; raises `EndpointError`, which repeats no password, for another."""
    try:
        url = httpx.URL(endpoint)
        usable = url.scheme in ("http", "https") and bool(url.host)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise EndpointError("the address", "is no URL; it should be like http://host:port/sparql") from None
    if url.userinfo:
        shown_as = str(url.copy_with(userinfo=b""))
        raise EndpointError(shown_as, "give name and password as auth=(name, password), not in the address")
    if not usable:
        raise EndpointError(endpoint or "the address", "should be like http://host:port/sparql")
    return endpoint


def _value(term: Term | None) -> Value:
    """Return a term of the SPARQL JSON results as a Python value; else its text."""
    if term is None:
        return None
    if term.kind == BLANK_NODE:
        return f"_:{term.value}"
    if term.kind == LITERAL and term.language:
        return LanguageString(term.value, term.language)
    datatype = NamedNode(term.datatype or XSD.string.value)
    if datatype not in _PYTHON or not is_lexical(term.value, datatype):
        return term.value
    if datatype == XSD.dateTime and _BEYOND_MICROSECONDS.search(term.value):
        return term.value
    try:
        return _PYTHON[datatype](term.value)
    except ValueError:  # a day with a time zone, a year beyond 9999, 24:00
        return term.value


def _texts(value: Argument) -> list[str]:
    """Return an argument as the texts that the query library takes."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [value.isoformat() if isinstance(value, date) else str(value)]
