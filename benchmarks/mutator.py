"""Queries that nobody would write: those of the library with pieces left out, doubled, exchanged or broken.

The same seed gives the same queries.
"""

import random
from collections.abc import Iterator, Sequence

from accordgraph.sparql.tokenizer import tokenize

_MARKS = """
( ) { } [ ] < > ' " \'\'\' \\ # ^ ^^ @ | ! ? $ * + / . ; , _: \\u0041 <> <<( )>> << >>
{| |} ~ () [] -0 1e999 \0
""".split()
_WORDS = """
UNDEF a true NOT IN DISTINCT REDUCED FROM SERVICE LOAD LATERAL PREFIX ASK DESCRIBE
CONSTRUCT WHERE \u200b \u00e9
""".split()
_PHRASES = """
?s ?p ?o .
'x'@nl--rtl
'1'^^xsd:integer
'x'^^<urn:t>
BIND(1 AS ?s)
FILTER(1/0)
MINUS {}
UNION {}
OPTIONAL {}
GRAPH ?g {
VALUES () {()}
VALUES ?s { UNDEF 1 'a' <urn:a> }
{ SELECT * {} }
LIMIT 0
OFFSET 99
GROUP BY ?s
HAVING (COUNT(*) > 1)
ORDER BY RAND()
FROM <urn:g>
FROM NAMED <urn:g>
EXISTS { ?s ?p ?o }
BASE <urn:b>
VERSION '1.2'
(COUNT(*) AS ?n)
(GROUP_CONCAT(?s) AS ?t)
REGEX('a', '(')
REPLACE('a', 'b', '$1')
SUBSTR('a', -1, 99)
IRI('')
STRDT('a', <urn:t>)
xsd:dateTime('x')
<urn:f>(1)
COALESCE()
UUID()
NOW()
TRIPLE(1, 2, 3)
IF(1, 2, 3)
^a/(a|!a)*
""".strip().splitlines()
_STRANGE = (*_MARKS, *_WORDS, *_PHRASES, "9" * 400)


def mutations(texts: Sequence[str], seed: int) -> Iterator[str]:
    """Yield queries without end, each some changes away from one of the texts."""
    chance = random.Random(seed)
    pieces = [_pieces(text) for text in texts]
    while True:
        query = list(chance.choice(pieces))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            _change(query, pieces, chance)
        text = "".join(query)
        if chance.random() < 0.05:
            text = text[: chance.randrange(len(text) + 1)]
        yield text


def _pieces(text: str) -> list[str]:
    """Cut a text into its tokens and what stands between them."""
    starts = [token.start for token in tokenize(text)]
    return [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]


def _change(query: list[str], pieces: Sequence[list[str]], chance: random.Random) -> None:
    place = chance.randrange(len(query)) if query else 0
    match chance.randrange(8):
        case 0:
            del query[place : place + chance.choice((1, 1, 3, 10))]
        case 1:
            query[place:place] = query[place : place + chance.choice((1, 5, 20))]
        case 2 if query:
            other = chance.randrange(len(query))
            query[place], query[other] = query[other], query[place]
        case 3 | 4:
            query.insert(place, f" {chance.choice(_STRANGE)} ")
        case 5 if query:
            query[place] = f" {chance.choice(_STRANGE)} "
        case 6:
            query.insert(place, chance.choice(chance.choice(pieces)))
        case _ if query and query[place]:
            letters = list(query[place])
            letters[chance.randrange(len(letters))] = chr(chance.choice((0, 9, 34, 39, 60, 92, 123, 0x1F600)))
            query[place] = "".join(letters)
