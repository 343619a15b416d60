"""What a request asks of a query of the library: values of its parameters, a form and a part of the rows.

Everything that does not fit is told at once, in one problem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from accordgraph.errors import ParameterError, shown
from accordgraph.library.parameters import Schemes
from accordgraph.library.query_file import Query, page_of
from accordgraph.server.http import problems

MOST_OFFSET = 1_000_000_000
_MANNER = ("format", "lang")


@dataclass(frozen=True)
class Asked:
    """A query with its values: the SPARQL text, and which part of its rows is wanted."""

    query: Query
    text: str
    values: Mapping[str, Sequence[str]]
    manner: Mapping[str, str]
    """What is said of the form and the language of the answer."""
    limit: int | None = None
    offset: int = 0

    @property
    def in_parts(self) -> bool:
        """Whether a part of the rows is wanted."""
        return self.limit is not None or self.offset > 0

    def page(self, most: int) -> str:
        """Return the text for the wanted part, of so many rows at most, or for the whole."""
        return page_of(self.text, self.size(most), self.offset) if self.in_parts else self.text

    def size(self, most: int) -> int:
        """Return how many rows the part has at most."""
        return min(self.limit or most, most)

    def address(self, path: str) -> str:
        """Return the address of this query at a path, with its values and nothing else."""
        return path + ("?" + urlencode(self.values, doseq=True) if any(self.values.values()) else "")

    def part(self, path: str, limit: int, offset: int) -> str:
        """Return the address of a part of the rows, in the same form and language."""
        bounds = {"limit": limit, "offset": offset}
        return f"{path}?{urlencode({**self.values, **bounds, **self.manner}, doseq=True)}"

    def links(self, path: str, total: int, most: int) -> dict[str, str]:
        """Return the addresses of the other parts of `total` rows, by their relation to this one."""
        size = self.size(most)
        last = max(0, total - 1) // size * size
        offsets = {"first": 0, "last": last}
        if self.offset > 0:
            offsets["prev"] = max(0, min(self.offset - size, last))
        if self.offset + size < total:
            offsets["next"] = self.offset + size
        return {relation: self.part(path, size, offset) for relation, offset in sorted(offsets.items())}


def read(query: Query, pairs: Sequence[tuple[str, str]], schemes: Schemes, most: int) -> Asked:
    """Read what a request asks of a query; raises `Problem`, which names every value that does not fit.

    `most` is the most rows that may be asked for. The form and the language are not looked at; where one is
    said more than once, the last counts.
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    manner = {name: values.pop(name)[-1] for name in _MANNER if name in values}
    faults: list[dict[str, str]] = []
    limit = offset = None
    if query.has_pages:
        limit = number(values, "limit", 1, most, faults)
        offset = number(values, "offset", 0, MOST_OFFSET, faults)
        values = {name: texts for name, texts in values.items() if name not in ("limit", "offset")}
    known = [parameter.name for parameter in query.parameters]
    every = [*known, *(("limit", "offset") if query.has_pages else ()), *_MANNER]
    for name in [name for name in values if name not in known]:
        detail = f"no parameter {shown(name)!r}; there are: {', '.join(every)}"
        faults.append(problems.fault(name, values.pop(name)[-1], detail))
    text = query.text
    try:
        text = query.bind(values, schemes)
    except ParameterError as error:
        faults += [dict(fault) for fault in error.faults]
    if faults:
        raise problems.unfit(faults)
    return Asked(query, text, values, manner, limit, offset or 0)


def number(
    values: Mapping[str, Sequence[str]], name: str, lowest: int, highest: int, faults: list[dict[str, str]]
) -> int | None:
    """Return the one whole number that a parameter has, or None; what does not fit is put to the faults."""
    texts = values.get(name, ())
    if len(texts) == 1 and texts[0].isascii() and texts[0].isdigit() and len(texts[0]) <= 12:
        if lowest <= int(texts[0]) <= highest:
            return int(texts[0])
    if texts:
        right = f"one whole number from {lowest} to {highest}"
        faults.append(problems.fault(name, texts[-1], f"{told(texts)} is not {right}"))
    return None


def told(texts: Sequence[str]) -> str:
    """Return the values of a parameter as a message repeats them."""
    return shown(", ".join(repr(text) for text in texts))
