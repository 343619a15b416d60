"""Ask the endpoint of a server, and read what it answers: rows, a number, or what is wrong."""

from typing import Any

import httpx

from accordgraph.namespaces import BASE

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def ask(http: httpx.Client, query: str, accept: str = "*/*") -> httpx.Response:
    return http.get("/sparql", params={"query": query}, headers={"Accept": accept})


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    bindings = response.json()["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in bindings]


def count(response: httpx.Response) -> int:
    """Return the number that the answer to `COUNT` gives."""
    (row,) = rows(response)
    return int(row["n"])


def problem(response: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """Return the problem that a response tells, which is of this status and this kind."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert isinstance(body, dict)
    assert list(body)[:4] == ["type", "title", "status", "detail"]
    assert (body["type"], body["status"]) == (f"{BASE}problem/{kind}", status)
    assert body["title"] and body["detail"]
    assert "Traceback" not in response.text
    return body
