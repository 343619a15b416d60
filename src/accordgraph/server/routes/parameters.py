"""What models of query strings are made of: types that are validated to the letter, with their description.

FastAPI uses the last of a repeated parameter, and pydantic accepts `1_000`, ` 10 ` and `10.0` as integers;
the validators here see every value of a parameter as it was sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Query, Request
from fastapi.params import Query as QueryParameter
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from accordgraph.errors import shown
from accordgraph.library.parameters import IRI_SCHEMES
from accordgraph.namespaces import PREFIXES
from accordgraph.results.formats import Form
from accordgraph.server.http.languages import LANGUAGES
from accordgraph.server.http.query_string import pairs

Json = dict[str, Any]
Texts = dict[str, list[str]]
"""The values of each parameter, as they were sent."""

_BEGINS = "|".join((*IRI_SCHEMES, *PREFIXES))
IRI: Json = {
    "type": "string",
    "minLength": 1,
    "pattern": (
        rf'^(?:(?:{_BEGINS}):[^\x00-\x20<>"{{}}|\\^`]*|[^\x00-\x20<>"{{}}|\\^`:]+'
        rf'|<[^\x00-\x20<>"{{}}|\\^`]+>)$'
    ),
}
"""What every IRI that a person writes matches; that it is one, no pattern of this length can state."""
FORMAT_HELP = "The response format; without it, the header Accept decides"
LANGUAGE_HELP = "The language of the response as a page"
LANGUAGE: Json = {
    "description": "A language of pages; another word is ignored, and Accept-Language decides",
    "anyOf": [{"type": "string", "enum": list(LANGUAGES)}, {"type": "string"}],
}


def texts_of(request: Request) -> Texts:
    """Return the values of each parameter of a request; raises `Problem` for what is not UTF-8."""
    texts: Texts = {}
    for name, value in pairs(request.scope["query_string"], "query string"):
        texts.setdefault(name, []).append(value)
    return texts


def invalid(detail: str) -> PydanticCustomError:
    """Return the error of a value that a validator rejects."""
    return PydanticCustomError("invalid", "{detail}", {"detail": detail})


def quoted(texts: Sequence[str]) -> str:
    """Return the values of a parameter as a message repeats them."""
    return shown(", ".join(repr(text) for text in texts))


def single(value: object) -> object:
    """Return the only value of a parameter; raises the error of a validator for several."""
    if not isinstance(value, list):
        return value
    if len(value) > 1:
        raise invalid(f"{quoted(value)} is more than one value; give one")
    return value[0]


def last(value: object) -> object:
    """Return the last value of a parameter that may be repeated."""
    return value[-1] if isinstance(value, list) else value


@dataclass(frozen=True)
class Between:
    """Annotates an integer: one value, in digits, from a lowest to a highest."""

    lowest: int
    highest: int

    @property
    def json_schema(self) -> Json:
        """The schema of the integers."""
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}

    def integer(self, value: object) -> int:
        """Return the integer that was sent; raises the error of a validator for anything else."""
        texts = value if isinstance(value, list) else [str(value)]
        text = texts[0]
        if len(texts) == 1 and text.isascii() and text.isdigit() and len(text) <= 12:
            if self.lowest <= int(text) <= self.highest:
                return int(text)
        raise invalid(f"{quoted(texts)} is not one whole number from {self.lowest} to {self.highest}")

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with `integer`."""
        return core_schema.no_info_plain_validator_function(self.integer)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: object) -> Json:
        """Describe the integers."""
        return dict(self.json_schema)


def format_schema(forms: Iterable[Form]) -> Json:
    """Return the schema of `format`: one spelling of each of these formats, and any other word.

    With several spellings, such as `rdfxml` and `rdf+xml`, generators of clients make one name of two.
    """
    names = [form.name for form in forms]
    return {
        "description": (
            "A name, another spelling of it or a media type. That of a format which this response does not "
            "have is 406; a word that names no format is ignored, and Accept decides."
        ),
        "anyOf": [{"type": "string", "enum": list(dict.fromkeys(names))}, {"type": "string"}],
    }


def format_query(forms: Iterable[Form]) -> QueryParameter:
    """Return the declaration of the parameter `format` of a typed route."""
    parameter: QueryParameter = Query(description=FORMAT_HELP, json_schema_extra=format_schema(forms))
    return parameter


def language_query() -> QueryParameter:
    """Return the declaration of the parameter `lang` of a typed route with a page."""
    parameter: QueryParameter = Query(description=LANGUAGE_HELP, json_schema_extra=LANGUAGE)
    return parameter
