"""The answer to a query: solutions, a boolean or a graph, read as the engine finds it."""

from collections.abc import Iterable, Iterator
from traceback import clear_frames
from typing import IO

import pyoxigraph as ox

from accordgraph.errors import EvaluationError, shown
from accordgraph.namespaces import PREFIXES

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Answer:
    """What a query gives: solutions, a boolean or a graph.

    It is evaluated as it is read, it is read once, and only the thread that asked may read it or let it go.
    """

    def __init__(self, result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> None:
        self._result = result

    @property
    def is_graph(self) -> bool:
        """Whether the answer is a graph (CONSTRUCT, DESCRIBE)."""
        return isinstance(self._result, ox.QueryTriples)

    @property
    def boolean(self) -> bool | None:
        """The answer to ASK; None for other queries."""
        return bool(self._result) if isinstance(self._result, ox.QueryBoolean) else None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns of SELECT, in order; none for other queries."""
        if not isinstance(self._result, ox.QuerySolutions):
            return ()
        return tuple(variable.value for variable in self._result.variables)

    def rows(self) -> Iterator[tuple[Term | None, ...]]:
        """Yield the solutions of SELECT, with None for what is unbound."""
        if not isinstance(self._result, ox.QuerySolutions):
            raise TypeError("only SELECT gives rows")
        try:
            for solution in self._result:
                yield tuple(solution)
        except RuntimeError as error:
            raise EvaluationError(shown(str(error))) from error

    def triples(self, enough: int | None = None) -> list[ox.Triple]:
        """Return the graph of CONSTRUCT or DESCRIBE: each triple once, in the order of their text.

        With more than `enough` triples, no more than one beyond that are looked for.
        """
        if not isinstance(self._result, ox.QueryTriples):
            raise TypeError("only CONSTRUCT and DESCRIBE give triples")
        triples = set()
        try:
            for triple in self._result:
                triples.add(triple)
                if enough is not None and len(triples) > enough:
                    break
        except RuntimeError as error:
            raise EvaluationError(shown(str(error))) from error
        return sorted(triples, key=str)

    def write(self, output: IO[bytes], form: ox.QueryResultsFormat | ox.RdfFormat) -> None:
        """Write the answer in a format of its kind; a graph gets the prefixes that it uses."""
        if isinstance(form, ox.RdfFormat):
            self.write_triples(self.triples(), output, form)
        elif isinstance(self._result, ox.QueryTriples):
            raise TypeError(f"a graph has no form in {form.name}")
        else:
            try:
                self._result.serialize(output, form)
            except RuntimeError as error:
                raise EvaluationError(shown(str(error))) from error

    @staticmethod
    def write_triples(triples: list[ox.Triple], output: IO[bytes], form: ox.RdfFormat) -> None:
        """Write a graph with the prefixes that it uses."""
        try:
            ox.serialize(triples, output, form, prefixes=_prefixes_used(triples))
        except OSError as error:
            if error.errno is not None:  # of the file, not of the engine
                raise
            raise EvaluationError(f"{form.name} cannot hold this graph: {shown(str(error))}") from error


def written(term: Term) -> str:
    """Return a term as N-Triples writes it, a triple term between `<<(` and `)>>`."""
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def _prefixes_used(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """Return those of the graph's prefixes that shorten an IRI of the triples."""
    iris = set()
    for triple in triples:
        iris |= {term.value for term in triple if isinstance(term, ox.NamedNode)}
        if isinstance(triple.object, ox.Literal):
            iris.add(triple.object.datatype.value)
    used = {iri[: max(iri.rfind("/"), iri.rfind("#")) + 1] for iri in iris}
    return {prefix: namespace for prefix, namespace in sorted(PREFIXES.items()) if namespace in used}


def let_go(error: BaseException) -> None:
    """Free what the traces of an error remember of answers, in the thread that asked."""
    link: BaseException | None = error
    while link is not None:
        clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__
