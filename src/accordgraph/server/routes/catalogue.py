"""The catalogue for portals at `/catalog`, in the RDF format that the client prefers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accordgraph.errors import shown
from accordgraph.export.catalogue import FORMS
from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem
from accordgraph.server.pages import urls
from accordgraph.server.routes.data import ExportFolder

ADDRESS = "/catalog"
LINK = f'<{ADDRESS}>; rel="http://www.w3.org/ns/dcat#catalog"'
"""What the overview says of it in the header Link."""


class Catalogue:
    """The routes of the catalogue."""

    def __init__(self, exports: ExportFolder) -> None:
        self._exports = exports

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [Route(ADDRESS, self.document), Route(f"{ADDRESS}.{{suffix}}", self.document)]

    async def document(self, request: Request) -> Response:
        """Return the catalogue."""
        suffix = request.path_params.get("suffix")
        if suffix is not None and suffix not in [form.name for form in FORMS]:
            raise Problem(problems.NOT_FOUND, f"there is nothing at {shown(request.url.path)}")
        choice = urls.choose(request, suffix, FORMS)
        links = [f'<{ADDRESS}.{form.name}>; rel="alternate"; type="{form.media_type}"' for form in FORMS]
        path = f"catalog/catalog.{choice.form.name}"
        headers = {
            "Link": ", ".join(links),
            "Vary": "Accept",
            "Content-Location": f"{ADDRESS}.{choice.form.name}",
        }
        return self._exports.give(request, path, choice.content_type, **headers)
