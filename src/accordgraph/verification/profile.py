"""Profiles of sources: how each is printed, read from its file in `profiles/`.

A profile holds no facts, only what is printed around them: page footers, headings, the columns of tables and
the words beside a value. The parts of a source share its profile.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode

from accordgraph.errors import InputError
from accordgraph.files.folder_scan import scan
from accordgraph.namespaces import CONCEPT, ID, PREFIXES

_KEYS = {"source", "page_footer", "article_heading", "columns", "contexts"}
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, eq=False)
class Profile:
    """How one source is printed. The regular expressions are for folded text; see `passages.fold`."""

    page_footer: re.Pattern[str] = _NOTHING
    """The foot of a page, which may stand between two words."""
    article_heading: re.Pattern[str] = _NOTHING
    """What an article begins with; one of the groups is its number."""
    columns: Mapping[NamedNode, tuple[NamedNode, ...]] = field(default_factory=dict)
    """The tables whose rows are marks, and the theme of each of their columns."""
    contexts: Mapping[NamedNode, tuple[str, ...]] = field(default_factory=dict)
    """Between which words the value of a property stands; `{}` is the value in any notation.

    A property that is not here may have its value anywhere in the passage.
    """


PLAIN = Profile()
"""A source of which nothing is known: each value may stand anywhere in its passage."""


def load_profiles(folder: Path) -> dict[NamedNode, Profile]:
    """Read the .toml files of a folder: the profile of each source, by its IRI.

    Raises `InputError` for a file that is not a profile; it says which key is wrong and what is right.
    """
    profiles: dict[NamedNode, Profile] = {}
    for path in scan(folder, ".toml").files:
        source, profile = load_profile(path)
        if source in profiles:
            raise InputError(f"{path}: another file of this folder is about {source.value} too; join them")
        profiles[source] = profile
    return profiles


def load_profile(path: Path) -> tuple[NamedNode, Profile]:
    """Read one profile and the source that it is about; raises `InputError` as `load_profiles` does."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        if unknown := content.keys() - _KEYS:
            keys = ", ".join(sorted(_KEYS))
            raise ValueError(f"{min(unknown)!r} is not a key of a profile; the keys are {keys}")
        if not isinstance(content["source"], str):
            raise ValueError("the value of 'source' is not a string; it is, for example, source/report-131")
        return ID[content["source"]], Profile(
            re.compile(content.get("page_footer", _NOTHING.pattern), re.DOTALL),
            re.compile(content.get("article_heading", _NOTHING.pattern)),
            {
                ID[table]: tuple(CONCEPT[f"theme/{theme}"] for theme in themes)
                for table, themes in content.get("columns", {}).items()
            },
            {_property(name): _contexts(name, forms) for name, forms in content.get("contexts", {}).items()},
        )
    except KeyError:
        message = "the key 'source' is missing; it names the source, for example source/report-131"
        raise InputError(f"{path}: {message}") from None
    except (ValueError, TypeError, AttributeError, re.error) as error:
        raise InputError(f"{path}: {error}") from error


def _property(name: str) -> NamedNode:
    prefix, colon, local = name.partition(":")
    if not colon or prefix not in PREFIXES:
        raise ValueError(f"{name!r} is not a property; write prefix:name, for example acg:signedOn")
    return NamedNode(f"{PREFIXES[prefix]}{local}")


def _contexts(name: str, contexts: list[str]) -> tuple[str, ...]:
    for context in contexts:
        if "{}" not in context:
            raise ValueError(f"{context!r} of {name} has no {{}}, which stands for the value")
        re.compile(context.replace("{}", ""))
    return tuple(contexts)
