"""Between which words of a source the value of a property stands.

A wrong day of deposit may well be the right day of something else in the same passage: a value that stands in
the passage but not in its place does not count.
"""

import re
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, DCTERMS, EDTF, ELI, SKOS, XSD
from accordgraph.verification.notations import committee, written

_DAY = r"\d\d/\d\d/\d{4}"
_ANY_VALUE = r"\d+(?:er)? (?:[^\W\d]{3,9}) \d{4}\b|\d+(?:[./]\d+)*"
_NUMBER = (
    r"(?:n°|\bnr\.?|num[ée]ros?|\bno\.|\bcct|\bcao|\bavis|\badvie[sz]en|\badvies|\brapports?"
    r"|\bprojet|\bprogramme|\bmesure) ?\(?{}"
)
_OF = r"\b(?:du|de|van|vom|op)"

CONTEXTS: dict[NamedNode, tuple[str, ...]] = {
    ACG.depositedOn: (r"dépôt ?: ?{}",),
    ACG.registeredOn: (r"enregistrement ?: ?{}",),
    ACG.entersIntoForceOn: (
        r"{}(?: \([^)]*\))? pour une durée",
        rf"{{}} ?- ?(?:di\b|{_DAY})",
        r"\b(?:en vigueur|in werking)(?: getreden)? (?:le|au|op|dès le|à partir du|vanaf) {}",
    ),
    ACG.expiresOn: (rf"{_DAY} ?- ?{{}}", r"\b(?:jusqu'au|tot|tot en met|tot eind) {}"),
    ACG.signedOn: (
        rf"{_OF} {{}}(?! (?:werd )?(?:aangenomen|adopt))",
        r"{} \(date de conclusion",
        r"\d/co/[\d.]+ {}",
        rf"{{}} {_DAY} ?- ?(?:di\b|\d)",
    ),
    ACG.adoptedOn: (
        r"{} (?:werd |het volgende rapport )?(?:aangenomen|uitgebracht|adopt)",
        r"\badopt\w+ le {}",
        r"\b(?:aangenomen|goedgekeurd)(?: door [^.]{0,40})? op {}",
    ),
    ACG.publishedOn: (r"\b(?:publiée?s?|gepubliceerd) (?:en|le|in|op) {}",),
    DCTERMS.issued: (rf"{_OF} {{}}", r", le {}"),
    ACG.appliesFrom: (r"\b(?:vanaf|sinds|à partir d[eu]|à compter d[eu]|dès le|depuis le) (?:het )?{}",),
    ACG.startsOn: (
        r"\b(?:vanaf|sinds|in|en|met ingang van|van start gegaan op) (?:het )?{}",
        r"\b(?:à partir d[eu]|à compter d[eu]|dès|depuis|au|en) (?:le )?{}",
        r"{} ?- ?\d{4}\b",
    ),
    ACG.endsOn: (
        r"\d{4} ?- ?{}",
        r"\b(?:tot|jusqu'à|jusqu'en)(?: (?:eind|fin|medio|en met|la fin de))? {}",
        r"\b(?:in|en|fin|eind) {} (?:voltooid|afgerond|achev)",
    ),
    ACG.dueOn: (
        r"\b(?:uiterlijk|ten laatste|au plus tard|avant|voor|tegen)(?: op| in| le| fin| eind)? {}",
        r"\b(?:fin|eind|début|begin)(?: de| van)? {}",
    ),
    ACG.suppletiveReferenceDate: (
        r"\bau plus tard le {}",
        r"\bavant le {}",
        r"\bconclu au {}",
        r"\buiterlijk {}",
    ),
    ACG.referenceDate: (r"\b(?:au|op|le|per|mi-|half) ?{}",),
    ACG.minimumWorkers: (r"{} (?:of meer |ou plus )?(?:travailleu|werknemers)",),
    ACG.workersExceeding: (r"\b(?:plus de|meer dan) {} (?:travailleu|werknemers)",),
    ACG.amount: (r"{} ?(?:euro|eur\b|€)", r"€ ?{}"),
    ACG.officialNumber: (_NUMBER,),
    ACG.registrationNumber: (_NUMBER, r"{}/co/"),
    ACG.articleNumber: (r"\b(?:art\.?|articles?|artikel(?:en)?) ?{}", r"(?:^|[ )]){}\. "),
    ELI.number: (
        r"\b(?:art\.?|articles?|artikel(?:en)?|chapitre|hoofdstuk|section|afdeling) ?{}",
        r"\b(?:articles|artikelen) [\d/]+ (?:et|en) {}",
    ),
    SKOS.notation: (
        r"^{}",
        r"\b(?:s?cp|ps?c|commissions? paritaires?|paritaire? (?:sub)?comités?)[ (]{1,2}{}",
        r"(?:[(,] ?|\bet |\ben ){}",
    ),
}
"""Between which words the value of a property stands, in folded text; `{}` is the value in any written form.

A property that is not here may have its value anywhere in the passage."""

NUMBERED = {ACG.officialNumber, ACG.registrationNumber, ACG.articleNumber, ELI.number, SKOS.notation}
"""The properties whose value is text that holds an official number."""

OWN = {ACG.firstLine, ACG.lastLine, ACG.digest, ACG.textDigest}
"""The properties that are ours and stand in no source."""

_KINDS = {XSD[kind]: kind for kind in ("date", "gYearMonth", "gYear", "integer", "decimal", "duration")}
_KINDS[EDTF.EDTF] = "EDTF"


def kind_of(predicate: NamedNode, value: object) -> str | None:
    """Return what a value is in writing: `number` or its datatype's name; None when it is not to be found."""
    if not isinstance(value, Literal) or predicate in OWN:
        return None
    return "number" if predicate in NUMBERED else _KINDS.get(value.datatype)


@lru_cache(maxsize=20_000)
def pattern_of(predicate: NamedNode, value: Literal) -> re.Pattern[str]:
    """Return what a value looks like where a source gives it for this property.

    Raises `written_forms.Malformed` when the value is not of its kind.
    """
    kind = kind_of(predicate, value) or ""
    form = committee(value.value) if predicate == SKOS.notation else written(value.value, kind)
    named = value.value[:1].isalpha()
    contexts = ("{}",) if named else CONTEXTS.get(predicate, ("{}",))
    return pattern("|".join(context.replace("{}", form) for context in contexts))


def standing(predicate: NamedNode, words: str) -> set[str]:
    """Return what stands in folded words where the property's value should: for a message."""
    places = [context.replace("{}", f"({_ANY_VALUE})") for context in CONTEXTS.get(predicate, ())]
    return {match[1] for place in places for match in pattern(place).finditer(words)}


@lru_cache(maxsize=20_000)
def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern, once."""
    return re.compile(text)
