"""Speaking HTTP to an engine elsewhere: its address, the credentials, and what its errors say.

The credentials come from the environment only. A name and a password are sent in the way that the engine asks
for (digest, as Virtuoso does, or basic), and never before it asks.
"""

from collections.abc import Generator
from urllib.parse import urlsplit

import httpx

from accordgraph.errors import InputError
from accordgraph.settings import Settings

RESULTS, NTRIPLES = "application/sparql-results+json", "application/n-triples"
_EXCERPT = 300
"""How many characters of an engine's error are passed on."""


def check_address(url: str) -> str:
    """Return a URL if it is one of HTTP without credentials in it; raises `InputError` otherwise."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(f"{url!r} is no address of an engine; it should be http://host:port/path")
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "the address holds credentials; give them by ACCORDGRAPH_ENDPOINT_USER and "
            "ACCORDGRAPH_ENDPOINT_PASSWORD, or ACCORDGRAPH_ENDPOINT_TOKEN"
        )
    return url


def credentials(settings: Settings) -> httpx.Auth | None:
    """Return how requests are signed, as the settings say; None when there is nothing to sign them with."""
    if settings.endpoint_token:
        return _Token(settings.endpoint_token)
    if settings.endpoint_user:
        return _ChallengeAuth(settings.endpoint_user, settings.endpoint_password)
    return None


class _Token(httpx.Auth):
    """A bearer token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class _ChallengeAuth(httpx.Auth):
    """A name and a password, by digest or basic authentication: whichever the engine asks for."""

    def __init__(self, user: str, password: str) -> None:
        self._digest, self._basic = httpx.DigestAuth(user, password), httpx.BasicAuth(user, password)
        self._asks_basic = False

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if not self._asks_basic:
            response = yield from _whole(self._digest.auth_flow(request))
            challenge = response.headers.get("www-authenticate", "").lower() if response else ""
            self._asks_basic = (
                response is not None and response.status_code == 401 and challenge.startswith("basic")
            )
        if self._asks_basic:
            yield from self._basic.auth_flow(request)


def _whole(
    flow: Generator[httpx.Request, httpx.Response, None],
) -> Generator[httpx.Request, httpx.Response, httpx.Response | None]:
    """Go through an authentication, and return the last response."""
    response = None
    try:
        request = next(flow)
        while True:
            response = yield request
            request = flow.send(response)
    except StopIteration:
        return response


def what_it_says(body: bytes) -> str:
    """Return the first lines of an engine's error, without the query that some of them repeat."""
    text = body.decode(errors="replace").strip()
    text = text.partition("\n\n")[0].replace("\n", " ").replace("\r", "")
    return (text[:_EXCERPT] + " ...") if len(text) > _EXCERPT else text or "no reason given"


def media_type(response: httpx.Response) -> str:
    """Return the media type of a response, without parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
