"""A page as a browser sees it: where it leads, what it loads, and the data inside it."""

from html.parser import HTMLParser

HTML = {"Accept": "text/html"}
"""The header by which a browser asks for a page."""


class Page(HTMLParser):
    """The links of a page, what it loads, and what stands in its JSON-LD."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.json_ld = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.anchors |= {value for name, value in attributes if name == "id" and value}
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if found.get("src") or (tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload")):
            self.loads.append(str(found.get("src") or found.get("href")))
        self._inside = found.get("type") == "application/ld+json" and tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.json_ld += data
