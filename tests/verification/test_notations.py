"""How sources write values: each row is a value, a text that gives it, and texts that do not."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, EDTF, ELI, SKOS, XSD
from accordgraph.verification.notations import Malformed, committee, notation_of
from accordgraph.verification.passages import fold
from accordgraph.verification.value_patterns import kind_of, pattern_of, values_in_place
from support.verification_cases import REPORT_131

FORMS = [
    ("2023-02-17", "date", ["17/02/2023", "17.02.2023", "17 février 2023", "17 februari 2023"]),
    ("2023-04-01", "date", ["1er avril 2023", "1 april 2023", "01/04/2023", "1. april 2023"]),
    ("2022-08-03", "date", ["3 août 2022", "3 aout 2022", "3 augustus 2022", "3 august 2022"]),
    ("2022-11", "gYearMonth", ["novembre 2022", "en novembre 2022prévoit", "11/2022"]),
    ("2024", "gYear", ["fin 2024", "eind 2024,", "début de 2024"]),
    ("2023-21", "EDTF", ["voorjaar van 2023", "printemps 2023", "Printemps de 2023", "lente 2023"]),
    ("2023-23", "EDTF", ["najaar van 2023", "automne 2023"]),
    ("2023-34", "EDTF", ["tweede kwartaal van 2023", "2e trimestre 2023", "Q2 2023"]),
    ("2021/2024", "EDTF", ["2021-2024", "2021 tot en met 2024", "2021 à 2024"]),
    ("2023-04-05", "EDTF", ["5 avril 2023"]),
    ("163", "integer", ["163 comités", "(163)", "163."]),
    ("20", "integer", ["vingt", "twintig", "20", "20 euros"]),
    ("6", "integer", ["Zes", "six"]),
    ("1", "integer", ["één", "Eén"]),
    ("1670", "integer", ["1.670", "1670", "1 670"]),
    ("300000", "integer", ["0,3 million", "300.000", "0,3 miljoen"]),
    ("20.0", "decimal", ["20", "20,00 euros"]),
    ("252.9", "decimal", ["252,9", "252, 9 millions", "252.90"]),
    ("178388", "number", ["178388", "n°178388", "178388/co/220.00"]),
    ("2.289", "number", ["2.289", "2289", "2 289"]),
    ("29-32", "number", ["29 à 32", "29 tot 32", "29-32"]),
    ("17/2", "number", ["17/2"]),
    ("16-17/2", "number", ["16 à 17/2"]),
    ("chapter 2, section 2", "number", ["chapitre 2, section 2", "hoofdstuk 2, afdeling 2"]),
    ("P1Y", "duration", ["une fois par an", "jaarlijks", "elk jaar"]),
]
NOT_FORMS = [
    ("2023-02-17", "date", ["18/02/2023", "117/02/2023", "17/02/20234", "17 mars 2023", "17/02/2022"]),
    ("2023-04-01", "date", ["11 april 2023", "21/04/2023"]),
    ("2022-11", "gYearMonth", ["novembre 2023", "3 novembre 2022", "1er novembre 2022", "01/11/2022"]),
    ("2024", "gYear", ["12/2024", "mars 2024", "1 maart 2024", "20245", "2024/3"]),
    ("2023-21", "EDTF", ["voorjaar van 2024", "najaar van 2023"]),
    ("163", "integer", ["1163", "163/2", "163,5", "1.163", "16"]),
    ("20", "integer", ["120", "20/03/2022", "vingtaine", "20,5"]),
    ("1", "integer", ["une", "un mois"]),
    ("178388", "number", ["178389", "1783881", "2178388"]),
    ("2.289", "number", ["2.2890", "12.289", "2.288"]),
    ("29-32", "number", ["29 à 33", "29 octobre jusqu'au 32"]),
    ("17/2", "number", ["17/20", "117/2", "17/02"]),
    ("P1Y", "duration", ["par mois"]),
]


def found(value: str, kind: str, text: str) -> bool:
    return re.search(notation_of(value, kind), fold(text)) is not None


@pytest.mark.parametrize(("value", "kind", "texts"), FORMS, ids=lambda field: str(field)[:20])
def test_ways_to_write_a_value(value: str, kind: str, texts: list[str]) -> None:
    assert [text for text in texts if not found(value, kind, text)] == []


@pytest.mark.parametrize(("value", "kind", "texts"), NOT_FORMS, ids=lambda field: str(field)[:20])
def test_other_values_are_not_taken_for_it(value: str, kind: str, texts: list[str]) -> None:
    assert [text for text in texts if found(value, kind, text)] == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2023-02-30", "date"),
        ("2023-2-3", "date"),
        ("2023-13", "gYearMonth"),
        ("23", "gYear"),
        ("2023-99", "EDTF"),
        ("ten", "integer"),
        ("1Y", "duration"),
        ("P7M", "duration"),
        ("none", "number"),
    ],
)
def test_what_is_not_a_value_says_so(value: str, kind: str) -> None:
    with pytest.raises(Malformed, match=re.escape(value)):
        notation_of(value, kind)


@pytest.mark.parametrize(
    ("notation", "yes", "no"),
    [
        ("310.00", ["310", "310.00", "3100000"], ["310.01", "3100", "1310", "310,5"]),
        ("319.02", ["319.02", "3190200"], ["319", "319.01", "3190100", "319.020"]),
    ],
)
def test_numbers_of_joint_committees(notation: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not re.search(committee(notation), text)] == []
    assert [text for text in no if re.search(committee(notation), text)] == []


def test_a_committee_is_written_with_its_subcommittee() -> None:
    with pytest.raises(Malformed, match=re.escape("ddd.dd")):
        committee("310")


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_is_found_in_figures_and_only_itself(day: date) -> None:
    text = f"{day.day:02}/{day.month:02}/{day.year}"
    assert found(day.isoformat(), "date", text)
    assert not found(day.isoformat(), "date", text + "1")


PLACES = [
    (ACG.depositedOn, "2023-02-17", "date", "Dépôt:\n17/02/2023", "Enregistrement : 17/02/2023"),
    (ACG.registeredOn, "2023-03-27", "date", "Enregistrement :27/03/2023", "Dépôt : 27/03/2023"),
    (
        ACG.entersIntoForceOn,
        "2023-01-01",
        "date",
        "01/01/2023 pour une durée",
        "au plus tard le 1er janvier 2023",
    ),
    (ACG.entersIntoForceOn, "2022-07-01", "date", "01/07/2022-DI", "03/05/2022 01/07/2022"),
    (ACG.entersIntoForceOn, "2022-12-22", "date", "22/12/2022-31/12/2023", "31/12/2023-22/12/2022"),
    (ACG.expiresOn, "2023-12-31", "date", "22/12/2022-31/12/2023", "31/12/2023-22/12/2024"),
    (ACG.signedOn, "2022-02-22", "date", "176482/co/220.00 22/02/2022 01/01/2022 - DI", "22/02/2022 - DI"),
    (ACG.signedOn, "2023-03-30", "date", "30/03/2023 (date de conclusion de la cct)", "30/03/2023 pour"),
    (ACG.signedOn, "2023-03-29", "date", "CCT du 29/03/2023", "vanaf 29 maart 2023"),
    (ACG.adoptedOn, "2020-06-23", "date", "op 23 juni 2020 werd aangenomen", "van 23 juni 2020"),
    (ACG.adoptedOn, "2021-03-19", "date", "goedgekeurd op 19 maart 2021", "voorgelegd op 19 maart 2021"),
    (
        ACG.adoptedOn,
        "2021-03-19",
        "date",
        "goedgekeurd door de Vlaamse Regering op 19 maart 2021",
        "goedgekeurd. De tekst is van 19 maart 2021",
    ),
    (ACG.startsOn, "2021", "gYear", "pour la période 2021-2024", "de 2018-2021"),
    (ACG.startsOn, "2023-01-01", "date", "met ingang van 1 januari 2023", "tot 1 januari 2023"),
    (ACG.startsOn, "2023-01-01", "date", "van start gegaan op 1 januari 2023", "besproken op 1 januari 2023"),
    (ACG.endsOn, "2024", "gYear", "pour la période 2021-2024", "pour 2024-2027"),
    (ACG.endsOn, "2024", "gYear", "lopen tot eind 2024", "lopen vanaf 2024"),
    (ACG.endsOn, "2026", "gYear", "zullen in 2026 voltooid zijn", "startten in 2026 en"),
    (ACG.dueOn, "2022-09-01", "date", "ten laatste op 1 september 2022", "op 1 september 2022"),
    (ACG.signedOn, "2020-06-23", "date", "van 23 juni 2020", "op 23 juni 2020 werd aangenomen"),
    (ACG.suppletiveReferenceDate, "2023-05-31", "date", "au plus tard le 31 mai 2023", "31/05/2023 pour"),
    (ACG.minimumWorkers, "20", "integer", "occupent vingt travailleurs", "20 euros"),
    (ACG.minimumWorkers, "20", "integer", "twintig of meer werknemers", "twintig of meer tuinen"),
    (ACG.workersExceeding, "20", "integer", "plus de 20 travailleurs", "au moins 20 travailleurs"),
    (ACG.amount, "20", "decimal", "20 euros nets", "20 travailleurs"),
    (ACG.officialNumber, "85", "string", "cao nr. 85", "85 euros"),
    (ACG.officialNumber, "85", "string", "la CCT85", "article 85"),
    (ACG.officialNumber, "2.301", "string", "advies nr. (2.301)", "2.301 euro"),
    (ACG.officialNumber, "131", "string", "le projet 131", "131 projets"),
    (ACG.officialNumber, "230", "string", "la mesure 230", "230 mesures"),
    (ACG.registrationNumber, "178609", "string", "N°178609", "code 178609"),
    (ACG.registrationNumber, "173497", "string", "173497/CO/318.02", "173497 EUR"),
    (ACG.articleNumber, "4", "string", "Art. 4 Les partenaires", "(…) 4. INDEMNITÉ"),
    (ACG.sectionNumber, "7", "string", "(…) 7. INDEMNITÉ", "7 euros"),
    (ELI.number, "16", "string", "aux articles 15 et 16 de la loi", "le 16 mars"),
    (ELI.number, "8", "string", "le chapitre 8 de la loi", "8 travailleurs"),
    (SKOS.notation, "341.00", "string", "341 CP pour", "déjà 341 jardins"),
    (SKOS.notation, "330.00", "string", "329.01, 330 et 331.00", "les 330 euros"),
]


@pytest.mark.parametrize(("predicate", "value", "kind", "there", "elsewhere"), PLACES)
def test_a_value_counts_in_its_place_only(
    predicate: NamedNode, value: str, kind: str, there: str, elsewhere: str
) -> None:
    wanted = pattern_of(REPORT_131, predicate, Literal(value, datatype=XSD[kind]))
    assert wanted.search(fold(there))
    assert not wanted.search(fold(elsewhere))


def test_every_place_is_shown_here() -> None:
    prose = {
        ACG.publishedOn,
        ACG.appliesFrom,
        ACG.startsOn,
        ACG.dueOn,
        ACG.referenceDate,
        ACG.registrationNumber,
    }
    tested = {predicate for predicate, *_ in PLACES} | prose
    assert [p.value for p in REPORT_131.contexts if p not in tested and "purl.org" not in p.value] == []


def test_what_stands_in_the_place_of_a_wrong_value_is_named() -> None:
    words = fold("Dépôt : 17/02/2023 Enregistrement : 21/02/2023")
    assert values_in_place(REPORT_131, ACG.depositedOn, words) == {"17/02/2023"}


def test_what_is_a_value_and_what_is_not() -> None:
    assert kind_of(ACG.startsOn, Literal("2023-21", datatype=EDTF.EDTF)) == "EDTF"
    assert kind_of(ACG.firstLine, Literal(3)) is None
    assert kind_of(ACG.reason, Literal("3 reasons", language="en")) is None
    assert kind_of(ACG.officialNumber, Literal("85")) == "number"
