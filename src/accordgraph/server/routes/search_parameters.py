"""What a request asks of search: words, the language of labels, a class and a part of what is found.

Everything that does not fit is told at once, in one problem.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from accordgraph.errors import shown
from accordgraph.library import parameters
from accordgraph.namespaces import ACG, BASE
from accordgraph.search.analyzer import Part, parts
from accordgraph.search.index import LANGUAGES
from accordgraph.server.http import problems
from accordgraph.server.routes import query_parameters

MOST_WORDS, LONGEST = 12, 200
RESULTS, MOST_RESULTS, MOST_OFFSET = 20, 100, 100_000
DEFAULT_LANGUAGE = LANGUAGES[0]
LANGUAGE_TAG = "^(?:{})(?:-[A-Za-z0-9]{{1,8}})*$".format(
    "|".join(f"[{code[0].upper()}{code[0]}][{code[1].upper()}{code[1]}]" for code in LANGUAGES)
)
"""The tags of the languages that there are: `en`, and `en-GB` too."""
NAMES = ("q", "language", "lang", "class", "limit", "offset", "format")
"""The parameters of a search."""


@dataclass(frozen=True)
class Sought:
    """What is searched for, as it was sent and in parts, and which part of what is found is wanted."""

    text: str
    parts: Sequence[Part]
    language: str
    class_: str | None
    limit: int
    offset: int
    form: str | None


def read(pairs: Sequence[tuple[str, str]], classes: Collection[str]) -> Sought:
    """Read what a request asks of search; raises `Problem`, which names every value that does not fit.

    `classes` are the IRIs of those that the graph has.
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    form = values.pop("format", [""])[-1] or None
    faults = [
        problems.fault(name, sent[-1], f"no parameter {shown(name)!r}; there are: {', '.join(NAMES)}")
        for name, sent in values.items()
        if name not in NAMES
    ]
    limit = query_parameters.number(values, "limit", 1, MOST_RESULTS, faults)
    offset = query_parameters.number(values, "offset", 0, MOST_OFFSET, faults)
    text, wanted = _words(_one(values, "q", faults), faults)
    language = _language(values, faults)
    class_ = _class(_one(values, "class", faults), classes, faults)
    if faults:
        raise problems.unfit(faults)
    return Sought(text, wanted, language, class_, RESULTS if limit is None else limit, offset or 0, form)


def _one(values: Mapping[str, Sequence[str]], name: str, faults: list[dict[str, str]]) -> str | None:
    """Return the value of a parameter, or None where it has none; more than one is a fault."""
    sent = values.get(name, ())
    if len(sent) > 1:
        detail = f"{query_parameters.told(sent)} is more than one value; give one"
        faults.append(problems.fault(name, sent[-1], detail))
        return None
    return sent[0] if sent else None


def _words(text: str | None, faults: list[dict[str, str]]) -> tuple[str, Sequence[Part]]:
    if text is None:
        if not any(fault["parameter"] == "q" for fault in faults):
            faults.append(problems.fault("q", "", "nothing is searched for; give the words, as q=telework"))
        return "", ()
    wanted = parts(text.replace(BASE, "")) if len(text) <= LONGEST else []
    if len(text) > LONGEST:
        why = f"is longer than {LONGEST} characters"
    elif not wanted:
        why = "holds no word"
    elif len(wanted) > MOST_WORDS:
        why = f"is more than {MOST_WORDS} words"
    else:
        return text, wanted
    faults.append(problems.fault("q", text, f"what is searched for {why}"))
    return text, ()


def _language(values: Mapping[str, Sequence[str]], faults: list[dict[str, str]]) -> str:
    """Return the language that `language` and `lang` name, which mean the same."""
    found: dict[str, str] = {}
    for name in ("language", "lang"):
        tag = _one(values, name, faults)
        if tag is not None and not re.fullmatch(LANGUAGE_TAG, tag):
            right = f"one of the languages {', '.join(LANGUAGES)}, nor a tag such as {DEFAULT_LANGUAGE}-GB"
            faults.append(problems.fault(name, tag, f"{shown(tag)!r} is not {right}"))
        elif tag is not None:
            found[name] = tag.lower().partition("-")[0]
    if len(set(found.values())) > 1:
        told = " and ".join(f"{name} is {code!r}" for name, code in found.items())
        faults.append(problems.fault("lang", values["lang"][0], f"{told}; they mean the same, so give one"))
    return next(iter(found.values()), DEFAULT_LANGUAGE)


def _class(text: str | None, classes: Collection[str], faults: list[dict[str, str]]) -> str | None:
    """Return the IRI of the class of a name; None for an empty one, which means all."""
    if not text:
        return None
    try:
        iri = (parameters.iri(text) if ":" in text else ACG[text]).value
    except ValueError:
        why = "is not the IRI of a class, nor acg:Opinion or Opinion" + parameters.unknown_prefix(text)
    else:
        if iri in classes:
            return iri
        why = "is no class that the graph has; /ontology lists its own"
    faults.append(problems.fault("class", text, f"{shown(text)!r} {why}"))
    return None
