"""Documents as pages: the evidence they show, what they escape, and the language they speak."""

import json
import re

import httpx
import pytest

from accordgraph.server.http.languages import LANGUAGES, dictionary
from support.html_page import HTML, Page
from support.paths import ROOT

ONE = "/doc/be/act/one"


def test_a_page_shows_the_evidence(small: httpx.Client) -> None:
    text = small.get(ONE, headers=HTML).text
    general, _, contested = text.partition("Claims that are not adopted")
    assert "Chapter 1" in general and "The report, lines 3–9" in general
    assert "Chapter 2" in general and "The report, line 12" in general
    assert 'href="/id/claim/one/implements-two"' in general
    assert "https://example.org/source" in contested and 'href="/id/claim/one/at-least-ten"' in contested
    statements, _, derived = general.partition("More general statements that follow")
    assert "implements" in statements and "is based on" not in statements
    assert "is based on" in derived


def test_a_page_escapes_what_the_graph_says(small: httpx.Client) -> None:
    text = small.get(ONE, headers=HTML).text
    assert "<b>one</b>" not in text
    assert text.count("</script>") == 1
    assert "Act </script><b>one</b>" in json.dumps(json.loads(Page(text).json_ld))
    addresses = Page(small.get("/doc/be/act/two", headers=HTML).text).links
    assert "https://example.org/two" in addresses
    assert not [link for link in addresses if link.startswith("javascript")]


@pytest.mark.parametrize(
    ("asked", "accepted", "language", "label"),
    [
        ("", "", "en", "Act &lt;/script&gt;"),
        ("", "fr-BE, en;q=0.5", "fr", "Acte un"),
        ("", "es, *;q=0.1", "en", "Act &lt;/script&gt;"),
        ("", "nl;q=0, fr;q=0.2", "fr", "Acte un"),
        ("", "nl", "nl", "Act &lt;/script&gt;"),
        ("fr", "nl", "fr", "Acte un"),
        ("xx", "fr", "fr", "Acte un"),
    ],
)
def test_a_page_speaks_a_language(
    small: httpx.Client, asked: str, accepted: str, language: str, label: str
) -> None:
    headers = HTML | {"Accept-Language": accepted}
    response = small.get(ONE, params={"lang": asked} if asked else None, headers=headers)
    assert f'<html lang="{language}">' in response.text
    assert f"<h1>{label}" in response.text
    assert dictionary()["says"][language] in response.text
    page = Page(response.text)
    assert [f"{ONE}?lang={code}" in page.links for code in LANGUAGES] == [True] * len(LANGUAGES)
    kept = [link for link in page.links if link.startswith("/id/be/act/two")]
    assert kept == ["/id/be/act/two" + ("?lang=fr" if asked == "fr" else "")] * len(kept)
    assert kept


def test_every_word_is_there_in_every_language() -> None:
    for key, texts in dictionary().items():
        assert list(texts) == list(LANGUAGES), key
        assert all(texts.values()), key
    templates = ROOT / "src" / "accordgraph" / "server" / "templates"
    used = set(
        re.findall(r"words\.(\w+)", "".join(path.read_text("utf-8") for path in templates.glob("*.html")))
    )
    code = "".join(
        path.read_text("utf-8") for path in (ROOT / "src" / "accordgraph" / "server").rglob("*.py")
    )
    assert used <= set(dictionary())
    assert {key for key in dictionary() if ":" not in key} - used <= set(re.findall(r'"(\w+)"', code))
