"""A client of the graph: ask any SPARQL endpoint a named query or a text, and get Python values back.

    client = Client("http://127.0.0.1:8000/sparql")
    client.rows("suppletive-agreements", date=date(2023, 1, 1))
    client.dataframe("SELECT ?theme WHERE { ?theme a skos:Concept }")

Integers, decimals, booleans and days become `int`, `Decimal`, `bool` and `date`; IRIs and all other literals
become `str`; what is unbound is None.
"""

import ast
import json
import re
import urllib.error
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rdflib
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from accordgraph.errors import AccordGraphError, EndpointError
from accordgraph.library.query_file import find_query
from accordgraph.namespaces import XSD
from accordgraph.project import find_project
from accordgraph.results.json_reader import BLANK_NODE, Term, rows_in

if TYPE_CHECKING:
    from pandas import DataFrame

Value = str | int | float | bool | Decimal | date | None
Row = dict[str, Value]
Argument = str | int | Decimal | date | list[str] | tuple[str, ...]

_NAME = re.compile(r"[\w.-]+(/[\w.-]+)*")
_INTEGERS = (
    "integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "unsignedLong unsignedInt unsignedShort unsignedByte"
).split()
_PYTHON: Mapping[str, Callable[[str], Value]] = {
    **{XSD[name].value: int for name in _INTEGERS},
    XSD.decimal.value: Decimal,
    XSD.double.value: float,
    XSD.float.value: float,
    XSD.boolean.value: lambda text: {"true": True, "1": True, "false": False, "0": False}[text],
    XSD.date.value: date.fromisoformat,
    XSD.dateTime.value: datetime.fromisoformat,
}


class Client:
    """A SPARQL endpoint to ask. Named queries are those in `queries`, by default the project's library."""

    def __init__(self, endpoint: str, *, timeout: int = 60, queries: Path | None = None) -> None:
        self.endpoint, self._timeout, self._queries = endpoint, timeout, queries

    def rows(self, query: str, **parameters: Argument) -> list[Row]:
        """Return the solutions of a SELECT query, each with every variable of the query."""
        return self._select(query, parameters)[1]

    def dataframe(self, query: str, **parameters: Argument) -> "DataFrame":
        """Return the solutions of a SELECT query as a pandas DataFrame; needs the extra `pandas`."""
        try:
            import pandas
        except ImportError as error:
            raise AccordGraphError(
                "pandas is not installed; `pip install 'accordgraph[pandas]'` adds it"
            ) from error
        variables, rows = self._select(query, parameters)
        return pandas.DataFrame(rows, columns=variables).convert_dtypes()

    def ask(self, query: str, **parameters: Argument) -> bool:
        """Return the answer to an ASK query."""
        body = self._json(query, parameters, "ASK")
        if not isinstance(body.get("boolean"), bool):
            raise EndpointError(self.endpoint, "the answer is no boolean; is it an ASK query?")
        return bool(body["boolean"])

    def graph(self, query: str, **parameters: Argument) -> rdflib.Graph:
        """Return the graph of a CONSTRUCT or DESCRIBE query."""
        body = self._send(query, parameters, "CONSTRUCT", TURTLE)
        try:
            return rdflib.Graph().parse(data=body, format="turtle")
        except Exception as error:  # rdflib's parser raises of many kinds
            raise EndpointError(self.endpoint, "the answer is not Turtle") from error

    def _select(self, query: str, parameters: Mapping[str, Argument]) -> tuple[list[str], list[Row]]:
        body = self._json(query, parameters, "SELECT")
        if "results" not in body:
            raise EndpointError(self.endpoint, "the answer holds no solutions; is it a SELECT query?")
        variables = body["head"]["vars"]
        return variables, [{name: _value(row.get(name)) for name in variables} for row in rows_in(body)]

    def _json(self, query: str, parameters: Mapping[str, Argument], kind: str) -> dict[str, Any]:
        body = self._send(query, parameters, kind, JSON)
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise EndpointError(self.endpoint, "the answer is not SPARQL results in JSON") from error
        if not isinstance(answer, dict):
            raise EndpointError(self.endpoint, "the answer is not SPARQL results in JSON")
        return answer

    def _text(self, query: str, parameters: Mapping[str, Argument]) -> str:
        if not _NAME.fullmatch(query.strip()):
            if parameters:
                raise AccordGraphError("only named queries take parameters; this is a SPARQL text")
            return query
        folder = self._queries or find_project().queries
        return find_query(folder, query.strip()).bind(
            {name: _texts(value) for name, value in parameters.items()}
        )

    def _send(self, query: str, parameters: Mapping[str, Argument], kind: str, form: str) -> bytes:
        """Send a query and return the body of the answer.

        SPARQLWrapper guesses the kind of a query from the first thing that looks like a keyword, and takes
        `address` in a comment for the update ADD; so it is told the kind.
        """
        wrapper = SPARQLWrapper(self.endpoint, returnFormat=form)
        wrapper.setOnlyConneg(True)
        wrapper.setMethod(POST)
        wrapper.setTimeout(self._timeout)
        wrapper.queryString, wrapper.queryType = self._text(query, parameters), kind
        try:
            with wrapper.query().response as response:
                return bytes(response.read())
        except SPARQLWrapperException as error:
            raise self._refusal(_body_in(error)) from None
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error.read(), error.code) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise EndpointError(
                self.endpoint, f"cannot be reached, or stopped answering: {reason}"
            ) from error

    def _refusal(self, body: bytes, status: int | None = None) -> EndpointError:
        try:
            problem = json.loads(body)
            detail = problem.get("detail") or problem.get("title") or body.decode()
        except (ValueError, AttributeError):
            problem, detail = {}, body.decode(errors="replace").strip() or "no reason given"
        return EndpointError(self.endpoint, detail, {"status": status, **problem} if status else problem)


def _value(term: Term | None) -> Value:
    """Return a term of the SPARQL JSON results as a Python value; an ill-typed literal stays text."""
    if term is None:
        return None
    text = term.value
    if term.kind == BLANK_NODE:
        return f"_:{text}"
    try:
        return _PYTHON.get(term.datatype, str)(text)
    except (ValueError, LookupError, InvalidOperation):
        return text


def _texts(value: Argument) -> list[str]:
    """Return an argument as the texts that the query library takes."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [value.isoformat() if isinstance(value, date) else str(value)]


def _body_in(error: SPARQLWrapperException) -> bytes:
    """Return the body of a refusal, which SPARQLWrapper keeps as a literal at the end of its message."""
    literal = str(error).partition("Response:\n")[2]
    return bytes(ast.literal_eval(literal)) if literal else str(error).encode()
