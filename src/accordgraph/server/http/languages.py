"""The language of a page: the value of `?lang=`, else the preference of Accept-Language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request

from accordgraph.results import formats
from accordgraph.server.http.negotiation import header_of, weights

LANGUAGES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch"}
"""The languages of pages, each with its own name; the first is the default."""
PARAMETER = "lang"


@dataclass(frozen=True)
class Language:
    """A language, and whether the URL selects it; links in the page then select it too."""

    code: str
    chosen: bool = False

    @property
    def words(self) -> Mapping[str, str]:
        """The texts of pages in this language, by key."""
        return {key: texts[self.code] for key, texts in dictionary().items()}

    @property
    def others(self) -> list[str]:
        """The fallback languages for what has no text in this one, best first."""
        return [code for code in LANGUAGES if code != self.code]


@cache
def dictionary() -> dict[str, dict[str, str]]:
    """Return the texts of pages by key and language."""
    text = files("accordgraph.server").joinpath("templates", "words.json").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = json.loads(text)
    return words


def language_of(request: Request) -> Language:
    """Return the language of the page for a request; English where none is acceptable."""
    requested = request.query_params.get(PARAMETER, "")
    if requested in LANGUAGES:
        return Language(requested, chosen=True)
    best, most = next(iter(LANGUAGES)), 0.0
    for name, weight in weights(header_of(request, "accept-language")).items():
        code = name.partition("-")[0]
        if code in LANGUAGES and weight > most:
            best, most = code, weight
    return Language(best)


def content_language(request: Request, content_type: str) -> dict[str, str]:
    """Return the Content-Language header of a page; other formats have none."""
    is_page = content_type == formats.HTML.content_type
    return {"Content-Language": language_of(request).code} if is_page else {}
