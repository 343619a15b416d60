"""Requests that schemathesis makes up from the OpenAPI document of a server, and what is wrong with answers.

Half fit the document and half do not. Every second one gets something that no document says: headers, names
of parameters, kinds of bodies, and broken queries. The same number makes the same of the same document.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
)

from accordgraph.namespaces import BASE
from accordgraph.results import formats
from accordgraph.server.openapi.document import ADDRESS
from accordgraph.server.routes import search
from accordgraph.server.routes.parameters import IRI
from benchmarks.mutator import mutations

Case = Any
"""A request; schemathesis says no type that can be named."""
Operation = Any

CUT = 0
"""What stands for the status of an answer that began with 200 and could not be brought to its end."""
_ALWAYS = (content_type_conformance, response_headers_conformance, response_schema_conformance)
_QUERY = re.compile(r"/queries/[a-z0-9-]+")
_WEIGHTS = {"/sparql": 12}
_OTHER_WEIGHT = 6
_THINGS = "/queries/things.csv"
_BROKEN = 3000
_ACCEPT = (
    "*/*",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html",
    "application/json",
    "text/turtle;q=0.3, application/ld+json",
    "application/sparql-results+xml",
    "text/csv",
    "image/png",
    "nonsense;;q=",
    "",
)
_NAMES = ("update", "using-graph-uri", "limit", "offset", "query", "format", "page", "lang", "x", "")
_VALUES = ("", "1", "-1", "html", "ttl", "CLEAR ALL", "\0", "\U0001f600", "é" * 500, "<a>", "%", '"')
_SUFFIXES = ("", "", "", ".ttl", ".html", ".jsonld", ".x")
_CODINGS = ("gzip", "gzip;q=0", "zstd;q=0, gzip;q=0.5, *;q=0.1", "*;q=0", "nonsense", "")
"""Codings of answers that this client can read; zstd is none of them."""
_BODIES = ("text/plain", "application/sparql-update", "multipart/form-data", "application/json; charset=x")


@dataclass(frozen=True)
class Answered:
    """The path and the status of an answer, and what was wrong with it."""

    path: str
    status: int
    faults: Sequence[str]


class Inventor:
    """Makes up requests of the server at an address, and sends them."""

    def __init__(self, address: str, texts: Sequence[str]) -> None:
        """Read the document of the server; `texts` are queries, which are sent broken."""
        schemathesis.serializer.alias(formats.SPARQL.media_type, "text/plain")
        document = httpx.get(address + ADDRESS, timeout=60).raise_for_status().json()
        schema = schemathesis.openapi.from_dict(document)  # from_url leaves out the address itself
        schema.config.base_url = address
        found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
        self.operations: list[Operation] = found
        self._session = requests.Session()
        self._broken = list(islice(mutations(texts, 2023), _BROKEN))
        rows = httpx.get(address + _THINGS, timeout=60).raise_for_status().text.split()
        things = [iri.removeprefix(BASE) for iri in rows if iri.startswith(f"{BASE}id/")]
        concepts = [iri.removeprefix(BASE) for iri in rows if iri.startswith(f"{BASE}concept/")]
        self._paths = {
            "/id/{path}": [path.removeprefix("id/") for path in things],
            "/doc/{path}": [path.removeprefix("id/") for path in things] + concepts,
            "/concept/{path}": [path.removeprefix("concept/") for path in concepts],
        }

    def send(self, number: int, chance: int) -> Iterator[list[Answered]]:
        """Send about so many requests, of every operation some; yields what came of each operation."""
        weights = [_weight(operation) for operation in self.operations]
        for place, (operation, weight) in enumerate(zip(self.operations, weights, strict=True)):
            share = max(1, round(number * weight / sum(weights)))
            can_be_wrong = bool(operation.query or operation.path_parameters or operation.body)
            wrong = (share // 2 or int((place + chance) % 4 == 0)) if can_be_wrong else 0
            found: list[Answered] = []
            for mode, times in ((GenerationMode.POSITIVE, share - wrong), (GenerationMode.NEGATIVE, wrong)):
                if times:
                    strange = random.Random(f"{chance} {operation.label} {mode}")
                    cases = operation.as_strategy(generation_mode=mode)
                    found += self._ask(cases, times, chance, strange)
            yield found

    def _ask(
        self, cases: st.SearchStrategy[Case], number: int, chance: int, strange: random.Random
    ) -> list[Answered]:
        found: list[Answered] = []

        @seed(chance)
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: Case) -> None:
            found.append(self._answer(case, strange))

        try:
            ask()
        except Unsatisfiable:
            pass  # nothing is wrong for an operation that takes any text
        return found

    def _answer(self, case: Case, strange: random.Random) -> Answered:
        paths = self._paths.get(case.operation.path)
        if paths and strange.random() < 0.8:
            case.path_parameters = {"path": strange.choice(paths) + strange.choice(_SUFFIXES)}
        is_strange = strange.random() < 0.5
        headers = self._add(case, strange) if is_strange else {}
        operation = case.operation
        try:
            response = case.call(session=self._session, headers=headers, timeout=60)
        except requests.exceptions.ChunkedEncodingError:
            return Answered(operation.path, CUT, [])
        except requests.RequestException as error:
            return Answered(operation.path, CUT, [f"no answer: {error}\n{case.as_curl_command(headers)}"])
        faults = []
        if response.status_code >= 500 and response.status_code != 503:
            faults.append(f"status {response.status_code}: {response.text}")
        if str(response.status_code) not in operation.definition.raw["responses"]:
            faults.append(f"status {response.status_code} is not in the document: {response.text[:500]}")
        checks = list(_ALWAYS)
        if not is_strange and (operation.path == search.ADDRESS or _QUERY.fullmatch(operation.path)):
            checks.append(negative_data_rejection)
            checks += [positive_data_acceptance] if _is_exact(operation) else []
        try:
            case.validate_response(response, checks=checks)
        except FailureGroup as failures:
            faults += [str(failure) for failure in failures.exceptions]
        sent = case.as_curl_command(headers) if faults else ""
        return Answered(operation.path, response.status_code, [f"{fault}\n{sent}" for fault in faults])

    def _add(self, case: Case, strange: random.Random) -> dict[str, str]:
        """Add to a request what the document does not say; returns the headers among it."""
        headers = {"Accept": strange.choice(_ACCEPT), "Accept-Language": strange.choice(("fr", "*", ",;q"))}
        if strange.random() < 0.2:
            headers["If-None-Match"] = strange.choice(("*", '"x"', 'W/"x", *', "x"))
        if strange.random() < 0.2:
            headers["Accept-Encoding"] = strange.choice(_CODINGS)
        query = dict(case.query) if isinstance(case.query, dict) else {}
        if strange.random() < 0.3:
            query[strange.choice(_NAMES)] = strange.choice(_VALUES)
        if case.operation.path == "/sparql":
            text = strange.choice(self._broken)
            if case.method.lower() == "get":
                query["query"] = text
            elif strange.random() < 0.8:
                case.media_type, case.body = formats.SPARQL.media_type, text
            else:
                headers["Content-Type"] = strange.choice(_BODIES)
        case.query = query
        return headers


def _weight(operation: Operation) -> int:
    """Return how often an operation is asked for: a query of the library once."""
    if _QUERY.fullmatch(operation.path):
        return 1
    return _WEIGHTS.get(operation.path, _OTHER_WEIGHT)


def _is_exact(operation: Operation) -> bool:
    """Tell whether the document says exactly what is taken: not of IRIs, nor of words to search for."""
    parameters = str(operation.definition.raw["parameters"])
    return repr(IRI["pattern"]) not in parameters and operation.path != search.ADDRESS
