"""A request for a query of the library: values of its parameters, a range of rows, and the presentation.

Every fault of a request is reported in one problem. Codes of concepts are checked against the dataset that is
served at that moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic_core import PydanticCustomError

from accordgraph.errors import ParameterError, shown
from accordgraph.library.parameters import Schemes
from accordgraph.library.query_file import Query, page_of
from accordgraph.server.http import problems
from accordgraph.server.routes.parameters import Between, Texts

OFFSETS = Between(0, 1_000_000_000)
_PRESENTATION = ("format", "lang")


@dataclass(frozen=True)
class QueryRequest:
    """A query with its values: the SPARQL text, and the range of rows that is requested."""

    query: Query
    text: str
    values: Mapping[str, Sequence[str]]
    presentation: Mapping[str, str]
    """The response format and the language, where the URL names them."""
    limit: int | None = None
    offset: int = 0

    @property
    def in_parts(self) -> bool:
        """Whether a range of the rows is requested."""
        return self.limit is not None or self.offset > 0

    def page(self, most: int) -> str:
        """Return the text for the requested range, of at most so many rows, or for the whole."""
        return page_of(self.text, self.size(most), self.offset) if self.in_parts else self.text

    def size(self, most: int) -> int:
        """Return how many rows the range has at most."""
        return min(self.limit or most, most)

    def url(self, path: str) -> str:
        """Return the URL of this query at a path, with its values and nothing else."""
        return path + ("?" + urlencode(self.values, doseq=True) if any(self.values.values()) else "")

    def part(self, path: str, limit: int, offset: int) -> str:
        """Return the URL of a range of the rows, in the same format and language."""
        bounds = {"limit": limit, "offset": offset}
        return f"{path}?{urlencode({**self.values, **bounds, **self.presentation}, doseq=True)}"

    def links(self, path: str, total: int, most: int) -> dict[str, str]:
        """Return the URLs of the other ranges of `total` rows, by their relation to this one."""
        size = self.size(most)
        last = max(0, total - 1) // size * size
        offsets = {"first": 0, "last": last}
        if self.offset > 0:
            offsets["prev"] = max(0, min(self.offset - size, last))
        if self.offset + size < total:
            offsets["next"] = self.offset + size
        return {relation: self.part(path, size, offset) for relation, offset in sorted(offsets.items())}


def bounds(query: Query, most: int) -> dict[str, Between]:
    """Return the parameters that choose a range of the rows of a query, of at most so many."""
    return {"limit": Between(1, most), "offset": OFFSETS} if query.has_pages else {}


def read(query: Query, texts: Texts, schemes: Schemes, most: int) -> QueryRequest:
    """Read a request for a query; raises `Problem`, which names every invalid value and unknown parameter.

    `most` is the most rows that may be requested. The format and the language are not checked; where one is
    repeated, the last counts.
    """
    faults: list[dict[str, str]] = []
    numbers: dict[str, int] = {}
    ranges, own = bounds(query, most), [parameter.name for parameter in query.parameters]
    names = [*own, *ranges, *_PRESENTATION]
    for name, between in ranges.items():
        try:
            numbers |= {name: between.integer(texts[name])} if name in texts else {}
        except PydanticCustomError as error:
            faults.append(problems.fault(name, texts[name][-1], error.message()))
    for name in [name for name in texts if name not in names]:
        detail = f"no parameter {shown(name)!r}; there are: {', '.join(names)}"
        faults.append(problems.fault(name, texts[name][-1], detail))
    values, text = {name: texts[name] for name in texts if name in own}, query.text
    try:
        text = query.bind(values, schemes)
    except ParameterError as error:
        faults += [dict(fault) for fault in error.faults]
    if faults:
        raise problems.unfit(faults)
    presentation = {name: texts[name][-1] for name in _PRESENTATION if name in texts}
    return QueryRequest(query, text, values, presentation, numbers.get("limit"), numbers.get("offset", 0))
