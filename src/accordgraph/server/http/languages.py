"""The language of a page: what `?lang=` says, else what the client's Accept-Language likes best."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request

from accordgraph.results import formats
from accordgraph.server.http.negotiation import header_of, weights

LANGUAGES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch"}
"""The languages of pages, the one for those who want none of them first; each with its own name."""
PARAMETER = "lang"


@dataclass(frozen=True)
class Language:
    """A language, and whether the address asks for it; links in the page then ask for it too."""

    code: str
    chosen: bool = False

    @property
    def words(self) -> Mapping[str, str]:
        """What pages say in this language, by keys."""
        return {key: texts[self.code] for key, texts in dictionary().items()}

    @property
    def others(self) -> list[str]:
        """The languages to fall back on where something has no text in this one, best first."""
        return [code for code in LANGUAGES if code != self.code]


@cache
def dictionary() -> dict[str, dict[str, str]]:
    """Return what pages say: texts by key and language."""
    text = files("accordgraph.server").joinpath("templates", "words.json").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = json.loads(text)
    return words


def language_of(request: Request) -> Language:
    """Return the language that a request wants its page in; English where none of ours will do."""
    wanted = request.query_params.get(PARAMETER, "")
    if wanted in LANGUAGES:
        return Language(wanted, chosen=True)
    best, most = next(iter(LANGUAGES)), 0.0
    for name, weight in weights(header_of(request, "accept-language")).items():
        code = name.partition("-")[0]
        if code in LANGUAGES and weight > most:
            best, most = code, weight
    return Language(best)


def content_language(request: Request, content_type: str) -> dict[str, str]:
    """Return the header that says which language an answer is in: a page is, and no other form."""
    is_page = content_type == formats.HTML.content_type
    return {"Content-Language": language_of(request).code} if is_page else {}
