"""Pages: results as people see them in a browser, made from templates."""

from collections.abc import Callable

from jinja2 import Environment, PackageLoader
from starlette.requests import Request

from accordgraph.namespaces import BASE, shorten


def environment() -> Environment:
    """Return the environment of the templates, which escapes everything."""
    templates = Environment(
        loader=PackageLoader("accordgraph.server"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["short"] = shorten
    templates.filters["local"] = local
    return templates


def local(iri: str) -> str:
    """Return where a link to an IRI leads: IRIs of the graph are shown by this server, under any host."""
    return "/" + iri.removeprefix(BASE) if iri.startswith(BASE) else iri


def table(request: Request, text: str) -> Callable[[dict[str, object]], bytes]:
    """Return what makes a page of the answer to a query."""
    template = environment().get_template("table.html")
    return lambda content: template.render(query=text, content=content, url=str(request.url)).encode()
