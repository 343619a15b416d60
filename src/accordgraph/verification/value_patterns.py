"""Between which words of a source the value of a property stands.

A wrong day of deposit may well be the right day of something else in the same passage: a value that stands in
the passage but not in its place does not count.
"""

import re
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, EDTF, ELI, SKOS, XSD
from accordgraph.verification.notations import committee, notation_of
from accordgraph.verification.profile import Profile

_ANY_VALUE = r"\d+(?:er)? (?:[^\W\d]{3,9}) \d{4}\b|\d+(?:[./]\d+)*"

NUMBERED = {
    *(ACG.officialNumber, ACG.registrationNumber, ACG.articleNumber, ACG.sectionNumber),
    *(ELI.number, SKOS.notation),
}
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
def pattern_of(profile: Profile, predicate: NamedNode, value: Literal) -> re.Pattern[str]:
    """Return what a value looks like where a source of this profile gives it for this property.

    Raises `notations.Malformed` when the value is not of its kind.
    """
    kind = kind_of(predicate, value) or ""
    form = committee(value.value) if predicate == SKOS.notation else notation_of(value.value, kind)
    named = value.value[:1].isalpha()
    contexts = ("{}",) if named else profile.contexts.get(predicate, ("{}",))
    return pattern("|".join(context.replace("{}", form) for context in contexts))


def values_in_place(profile: Profile, predicate: NamedNode, words: str) -> set[str]:
    """Return what stands in folded words where the property's value should: for a message."""
    places = [context.replace("{}", f"({_ANY_VALUE})") for context in profile.contexts.get(predicate, ())]
    return {match[1] for place in places for match in pattern(place).finditer(words)}


@lru_cache(maxsize=20_000)
def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern, once."""
    return re.compile(text)
