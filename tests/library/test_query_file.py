"""The query library: headers, and parameters that are bound as whole terms."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, QuerySolutions, Store

from accordgraph.errors import ParameterError, QueryFileError
from accordgraph.library.query_file import Query, find_query, load_queries, load_query
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.project import find_project
from accordgraph.sparql.tokenizer import tokenize

TEXT = """\
#+ summary: What is asked?
#+ summary@fr: Qu'est-ce qui est demandé ?
#+ param: thing iri The thing
#+ param: text string A text
#+ param: number integer A number
#+ param: amount decimal A number with a point
#+ param: day date A day
#+ param: theme concept(theme) A theme
#+ param: language language A language
# VALUES ?day { "in a comment" }
SELECT ?thing ?text ?number ?day ?theme ?language ?amount WHERE {
  VALUES ?thing { <be/body/nar> }
  VALUES ?text { "a" }
  VALUES ?number { 1 }
  VALUES ?amount { 1.5 }
  VALUES ?day { UNDEF }
  VALUES ?theme { <https://w3id.org/accordgraph/concept/theme/training> }
  VALUES ?language { "en" }
}
"""
LIBRARY = load_queries(find_project().queries)


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Query:
    path = tmp_path_factory.mktemp("library") / "asked.rq"
    path.write_text(TEXT, encoding="utf-8")
    return load_query(path)


def answer(text: str) -> list[tuple[str, ...]]:
    rows = Store().query(text, base_iri=ID)
    assert isinstance(rows, QuerySolutions)
    return [tuple(str(term) for term in row) for row in rows]


def test_the_header(query: Query) -> None:
    assert (query.name, query.summary) == ("asked", "What is asked?")
    assert [(p.name, p.type, p.default) for p in query.parameters][0] == ("thing", "iri", "<be/body/nar>")
    assert query.header("severity", "Violation") == "Violation"
    assert query.summary_in("fr") == "Qu'est-ce qui est demandé ?"
    assert query.summary_in("nl") == query.summary_in("en") == query.summary
    assert query.summaries == {"en": query.summary, "fr": "Qu'est-ce qui est demandé ?"}


def test_defaults(query: Query) -> None:
    assert query.bind({}) == query.text
    assert answer(query.text)[0][:2] == (str(ID["be/body/nar"]), '"a"')


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("be/act/law-2022-10-03", "https://w3id.org/accordgraph/id/be/act/law-2022-10-03"),
        ("<be/body/nar>", "https://w3id.org/accordgraph/id/be/body/nar"),
        ("theme:telework", "https://w3id.org/accordgraph/concept/theme/telework"),
        ("https://example.org/a", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("urn:isbn:0451450523", "urn:isbn:0451450523"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("<tag:example.org,2023:a>", "tag:example.org,2023:a"),
    ],
)
def test_the_ways_to_write_an_iri(query: Query, written: str, meant: str) -> None:
    assert answer(query.bind({"thing": [written]}))[0][0] == f"<{meant}>"


def test_several_values_are_alternatives(query: Query) -> None:
    assert [row[2] for row in answer(query.bind({"number": ["2", "3"]}))] == [
        str(Literal(2)),
        str(Literal(3)),
    ]


@given(st.text(st.characters(codec="utf-8")))
def test_a_text_stays_a_text(query: Query, text: str) -> None:
    assert answer(query.bind({"text": [text]}))[0][1] == str(Literal(text))


@pytest.mark.parametrize("value", ['"} DELETE WHERE { ?s ?p ?o } #', '\\" }', "'''", "?x", "\n}\n"])
def test_no_value_ends_its_line(query: Query, value: str) -> None:
    assert answer(query.bind({"text": [value]}))[0][1] == str(Literal(value))


def outside(text: str) -> list[str]:
    """Return the tokens of a query but for what stands in the braces of VALUES."""
    found, inside, last = [], False, ["", "", ""]
    for token in tokenize(text):
        inside = inside and not (token.kind == "mark" and token.text == "}")
        if not inside:
            found.append(token.text)
        last = [*last[1:], token.text]
        inside = inside or (last[0] == "VALUES" and last[2] == "{")
    return found


MARKS = [
    "{",
    "}",
    "<",
    ">",
    '"',
    '\\"',
    "'",
    "\\",
    "\n",
    "\r",
    "#",
    "\0",
    "\ud800",
    "?x",
    "VALUES ?day {",
    "<a>",
    " ",
    ":",
]
nasty = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=3)), max_size=12).map("".join),
)


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["thing", "text", "number", "amount", "day", "theme", "language"]),
        st.lists(nasty, max_size=3),
        min_size=1,
    )
)
def test_whatever_is_given_only_the_values_change(query: Query, values: dict[str, list[str]]) -> None:
    try:
        bound = query.bind(values)
    except ParameterError as error:
        assert {fault["parameter"] for fault in error.faults} <= set(values)
        return
    assert outside(bound) == outside(query.text)
    terms = {
        p.name: [str(p.term(text)) for text in values[p.name]] for p in query.parameters if p.name in values
    }
    found = answer(bound)
    columns = ["thing", "text", "number", "day", "theme", "language", "amount"]
    for parameter in query.parameters:
        if parameter.name in terms and parameter.type != "iri":  # the parser takes dots out of IRIs
            assert {row[columns.index(parameter.name)] for row in found} == set(terms[parameter.name])


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("theme", "telework", "https://w3id.org/accordgraph/concept/theme/telework"),
        ("theme", "theme:telework", "https://w3id.org/accordgraph/concept/theme/telework"),
        ("theme", "<https://w3id.org/accordgraph/concept/theme/telework>", "https://w3id.org/accordgraph/concept/theme/telework"),
        ("theme", "https://w3id.org/accordgraph/concept/theme/telework", "https://w3id.org/accordgraph/concept/theme/telework"),
    ],
)  # fmt: skip
def test_the_ways_to_write_a_concept(query: Query, name: str, value: str, meant: str) -> None:
    for schemes in (None, {"theme": ("telework", "training")}):
        assert {row[4] for row in answer(query.bind({name: [value]}, schemes))} == {f"<{meant}>"}


def test_all_that_does_not_fit_is_told_at_once(query: Query) -> None:
    with pytest.raises(ParameterError) as raised:
        query.bind(
            {"theme": ["telework", "golf"], "language": ["it"], "day": [], "colour": ["red"]},
            {"theme": ["telework"]},
        )
    assert [(fault["parameter"], fault.get("value")) for fault in raised.value.faults] == [
        ("theme", "golf"),
        ("language", "it"),
        ("day", None),
        ("colour", None),
    ]
    assert "'golf' is not a concept of the scheme theme: telework" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("theme", "level:sector", "'level:sector' is not a concept of the scheme theme"),
        ("theme", "https://example.org/telework", "is not a concept of the scheme theme"),
        ("theme", "a b", "is not a concept"),
        ("theme", "", "is not a concept"),
        ("language", "EN", "'EN' is not a language: en, fr, nl, de"),
        ("thing", "be/a> } #", "'be/a> } #' is not an IRI"),
        ("thing", "", "'' is not an IRI"),
        ("thing", "theem:telework", "there is no prefix 'theem', there are: acg, country, "),
        (
            "thing",
            "tag:example.org,2023:a",
            "that does not begin with http, https, urn, mailto is written in <>",
        ),
        ("thing", "HTTP://example.org/", "there is no prefix 'HTTP'"),
        ("thing", "http://a b", "such as theme:telework, or be/body/nar"),
        ("number", "1 } #", "'1 } #' is not a whole number"),
        ("number", str(2**63), "a whole number from -9223372036854775808 to 9223372036854775807"),
        ("number", str(-(2**63) - 1), "a whole number from -9223372036854775808 to 9223372036854775807"),
        ("number", "9" * 5000, "a whole number from -9223372036854775808 to 9223372036854775807"),
        ("amount", "0." + "0" * 18 + "1", "at most 20 digits before the point and 18 behind it"),
        ("amount", "1" + "0" * 20, "at most 20 digits before the point and 18 behind it"),
        ("amount", "1e5", "at most 20 digits"),
        ("day", "0000-01-01", "a day from 0001-01-01 to 9999-12-31"),
        ("day", "10000-01-01", "a day from 0001-01-01 to 9999-12-31"),
        ("day", "2023-02-30", "'2023-02-30' is not a day"),
        ("day", "2023", "'2023' is not a day"),
        (
            "colour",
            "red",
            "query asked has no parameter 'colour'; it has: thing, text, number, amount, day, theme, lang",
        ),
    ],
)
def test_a_value_that_does_not_fit(query: Query, name: str, value: str, message: str) -> None:
    with pytest.raises(ParameterError) as raised:
        query.bind({name: [value]})
    assert message in str(raised.value)
    assert "query asked" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "reckoned", "beyond"),
    [
        ("number", "9223372036854775807", "- 1", "9223372036854775808"),
        ("number", "-9223372036854775808", "+ 1", "-9223372036854775809"),
        ("amount", "99999999999999999999.999999999999999999", "- 1", "2" + "0" * 20),
        ("amount", "-99999999999999999999.999999999999999999", "+ 1", "-2" + "0" * 20),
        ("amount", "0.000000000000000001", "+ 1", "0.0000000000000000001"),
        ("amount", "+.5", "+ 1", "."),
        ("amount", "-5.", "+ 1", "-."),
        ("day", "0001-01-01", '+ "P1D"^^xsd:dayTimeDuration', "0001-02-30"),
        ("day", "9999-12-31", '- "P1D"^^xsd:dayTimeDuration', "9999-02-30"),
    ],
)
def test_the_engine_reckons_with_every_value_that_is_taken(
    query: Query, name: str, value: str, reckoned: str, beyond: str
) -> None:
    """What is beyond would be passed over in silence, and the answer would be wrong."""
    datatype = next(parameter.type for parameter in query.parameters if parameter.name == name)

    def differs(text: str) -> bool:
        literal = f'"{text}"^^xsd:{datatype}'
        return bool(Store().query(f"ASK {{ FILTER({literal} {reckoned} != {literal}) }}", prefixes=PREFIXES))

    assert query.bind({name: [value]}) and differs(value)
    assert not differs(beyond)
    with pytest.raises(ParameterError):
        query.bind({name: [beyond]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * WHERE {}", "no summary"),
        ("#+ summary:\nSELECT * WHERE {}", "no summary"),
        ("#+ summary: a\n#+ param: x\nSELECT * WHERE {}", "name type description"),
        ("#+ summary: a\n#+ param: x colour The x\nSELECT * WHERE {}", "name type description"),
        ("#+ summary: a\n#+ param: x iri The x\nSELECT * WHERE {}", "needs one line 'VALUES ?x { default }'"),
    ],
)
def test_a_header_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "q.rq"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QueryFileError) as raised:
        load_query(path)
    assert message in str(raised.value)


def test_finding_a_query(tmp_path: Path) -> None:
    for name in ("one/a.rq", "two/a.rq", "two/b.rq"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#+ summary: A question?\nASK {}", encoding="utf-8")
    assert find_query(tmp_path, "b").kind == "two"
    assert find_query(tmp_path, "one/a").kind == "one"
    assert find_query(tmp_path, str(tmp_path / "two/a.rq")).kind == "two"
    with pytest.raises(QueryFileError, match="say one/a or two/a"):
        find_query(tmp_path, "a")
    with pytest.raises(QueryFileError, match="no query 'c'"):
        find_query(tmp_path, "c")


@pytest.mark.parametrize("query", LIBRARY, ids=[f"{query.kind}/{query.name}" for query in LIBRARY])
def test_the_library_is_sparql(query: Query) -> None:
    Store().query(query.text, base_iri=ID)  # raises where it is no SPARQL
    assert query.bind(
        {parameter.name: ["1"] for parameter in query.parameters if parameter.type == "integer"}
    )
