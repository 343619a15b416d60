"""Every command in a copy of a checkout: exit code, standard output and error, without paths and times."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from behaviour.checkout import Checkout

_SECONDS = re.compile(r"\d+(\.\d+)? ?(s|ms|seconds?)\b")
_PROCESS = re.compile(r"(?<=process )\[\d+\]")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.:+Z]*")
COMMANDS = ("bench", "build", "docs", "format", "load", "queries", "query", "serve", "validate", "verify")
_FORMS = ("table", "csv", "tsv", "json", "xlsx", "ttl")
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "objectives-not-implemented-at-a-level": (
        "level=level:federal",
        "level=golf",
        "level=",
        "level",
        "none=1",
    ),
    "levels-of-a-theme": ("theme=telework", "theme=theme:training", "theme=a>"),
    "bodies-by-measures-they-run": ("least=4", "least=1_000", "least= 10 ", "least=10.0", "least=x"),
    "amounts-of-money-in-full": ("least=1000000.0", "least=1e3"),
    "instruments-from-before-the-reporting-period": ("before=2015-01-01", "before=2015-02-30"),
}
_WRONG: tuple[tuple[str, ...], ...] = (
    (),
    ("--version",),
    ("--none",),
    ("none",),
    ("build", "--none"),
    ("build", "x"),
    ("bench", "none"),
    ("bench", "queries", "--times", "x"),
    ("docs", "--out"),
    ("docs", "--out", "README.md/x"),
    ("format", "none.ttl"),
    ("format", "--check", "README.md"),
    ("load",),
    ("load", "README.md"),
    ("load", "out/store", "--graph-store", "http://127.0.0.1:9/x"),
    ("load", "http://127.0.0.1:9/sparql"),
    ("load", "http://"),
    ("queries", "x"),
    ("query",),
    ("query", "none"),
    ("query", "none.rq"),
    ("query", "levels-of-a-theme", "--format", "none"),
    ("query", "levels-of-a-theme", "--out", "out/x"),
    ("query", "levels-of-a-theme", "--format", "csv", "--out", "README.md/x"),
    ("query", "README.md"),
    ("serve", "--port", "x"),
    ("serve", "--port", "70000"),
    ("serve", "--workers", "0"),
    ("serve", "--store", "none"),
    ("serve", "--store", "http://127.0.0.1:9/sparql"),
    ("serve", "--host", "192.0.2.1"),
    ("validate", "--format", "none"),
    ("verify", "--sources", "none"),
)
_SETTINGS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("queries",), {"ROOT": "none"}),
    (("queries",), {"PROT": "1"}),
    (("queries",), {"XYZ": "1", "QUERY_SECOND": "2"}),
    (("serve",), {"PORT": "x"}),
    (("serve",), {"WORKERS": "0"}),
    (("serve",), {"QUERY_SECONDS": "inf"}),
    (("serve",), {"OPEN_WORKERS": "maybe"}),
    (("serve",), {"TRUSTED_PROXIES": "x"}),
    (("serve",), {"LOG_FORMAT": "xml"}),
    (("serve",), {"STORE": "none"}),
    (("query", "levels-of-a-theme"), {"BUILD": "none"}),
    (("verify",), {"REFERENCE": "none"}),
    (("build",), {"BUILD": "README.md/x"}),
)
_BUILT: tuple[tuple[str, ...], ...] = (
    ("build",),
    ("build", "--json"),
    ("query", "levels-of-a-theme"),
    ("serve",),
    ("load", "out/early"),
    ("validate",),
    ("validate", "--json"),
    *(("validate", "--format", form) for form in ("text", "json", "shacl")),
    ("verify",),
    ("verify", "--json"),
    ("verify", "--sources", "docs"),
    ("format", "--check"),
    ("format", "--check", "data"),
    ("format",),
    ("docs", "--out", "out/docs"),
    ("docs",),
    ("load", "out/store"),
    ("load", "out/store", "--json"),
    ("serve", "--port", "0"),
    ("bench",),
    ("queries",),
    ("queries", "--json"),
)
_QUERIES = {
    "rows.rq": "#+ summary: Acts\nSELECT ?act { ?act a acg:Act } ORDER BY ?act",
    "yes.rq": "#+ summary: Any?\nASK { ?act a acg:Act }",
    "graph.rq": "#+ summary: Acts\nCONSTRUCT { ?act a acg:Act } WHERE { ?act a acg:Act } ORDER BY ?act",
    "broken.rq": "#+ summary: Acts\nSELECT ?act { ?act a acg:Act",
    "nameless.rq": "SELECT * {}",
}
_HEAD = (
    "@base <https://w3id.org/accordgraph/id/> .\n@prefix acg: <https://w3id.org/accordgraph/ontology#> .\n\n"
)
_FAULTS = {
    "wrong date": f'{_HEAD}<be/x> a acg:CollectiveAgreement ;\n    acg:depositedOn "soon" .\n',
    "unknown claim": f"{_HEAD}<d> acg:adopts <c> .\n",
    "no full stop": f"{_HEAD}<d> acg:adopts <c>\n",
    "unknown prefix": f"{_HEAD}<d> acx:adopts <c> .\n",
}
"""Files of data that are not as they should be."""
_ON_FAULTS: tuple[tuple[str, ...], ...] = (
    ("validate",),
    ("validate", "--json"),
    ("validate", "--format", "shacl"),
    ("build",),
    ("build", "--json"),
    ("format", "--check"),
    ("format", "data/be/fault.ttl"),
    ("verify",),
    ("query", "levels-of-a-theme", "--format", "csv"),
    ("load", "out/fault"),
    ("docs", "--out", "out/fault-docs"),
)


def commands(checkout: Checkout) -> list[dict[str, Any]]:
    """Return the recording of every command in a copy that is not built yet."""
    (checkout.root / "out").mkdir()
    for name, text in _QUERIES.items():
        (checkout.root / "out" / name).write_text(text, encoding="utf-8")
    rows = list(_run_all(checkout, "", _lines(checkout)))
    rows += written(checkout)
    for name, text in _FAULTS.items():
        path = checkout.root / "data" / "be" / "fault.ttl"
        path.write_text(text, encoding="utf-8")
        rows += _run_all(checkout, f"{name}: ", ((arguments, {}) for arguments in _ON_FAULTS))
        path.unlink()
    return rows


def _run_all(
    checkout: Checkout, state: str, lines: Iterable[tuple[tuple[str, ...], dict[str, str]]]
) -> Iterator[dict[str, Any]]:
    """Yield the recording of each command, under a name of its own."""
    times: Counter[str] = Counter()
    for arguments, settings in lines:
        row = run(checkout, arguments, settings)
        times[row["name"]] += 1
        row["name"] = state + row["name"] + (f" #{times[row['name']]}" if times[row["name"]] > 1 else "")
        print(row["exit"], row["name"], file=sys.stderr, flush=True)
        yield row


def _lines(checkout: Checkout) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    yield ("query", "levels-of-a-theme", "--format", "csv"), {}
    yield ("load", "out/none"), {}
    for arguments in ((), *((command,) for command in COMMANDS)):
        yield (*arguments, "--help"), {}
    yield ("-h",), {}
    yield from ((arguments, {}) for arguments in _BUILT)
    yield from ((arguments, {}) for arguments in _WRONG)
    yield from _SETTINGS
    for name, values in _PARAMETERS.items():
        yield from ((("query", name, "--param", value, "--format", "csv"), {}) for value in values)
        yield from ((("query", name, "--format", form), {}) for form in _FORMS)
        yield ("query", name, "--format", "xlsx", "--out", f"out/{name}.xlsx"), {}
    for name in _QUERIES:
        yield from ((("query", f"out/{name}", "--format", form), {}) for form in _FORMS)
    folder = checkout.root / "queries"
    for kind in ("competency", "derive", "linked", "quality", "views", "void"):
        for path in sorted((folder / kind).glob("*.rq")):
            form = "ttl" if "CONSTRUCT" in path.read_text(encoding="utf-8") else "csv"
            yield ("query", path.stem, "--format", form), {}


def run(checkout: Checkout, arguments: tuple[str, ...], settings: dict[str, str]) -> dict[str, Any]:
    """Return what a command gave, under the name by which the list of differences knows it."""
    done = checkout.run(*arguments, **settings)
    given = "".join(f"{name}={value} " for name, value in settings.items())
    return {
        "name": f"{given}accordgraph {' '.join(arguments)}",
        "exit": done.returncode,
        "stdout": plain(checkout, done.stdout),
        "stderr": plain(checkout, done.stderr),
    }


def written(checkout: Checkout) -> Iterator[dict[str, Any]]:
    """Yield the digest of each file that the commands wrote, but those of a store of the engine."""
    from hashlib import sha256

    for folder in ("build", "out"):
        for path in sorted((checkout.root / folder).rglob("*")):
            name = path.relative_to(checkout.root).as_posix()
            if path.is_file() and not re.match(r"out/(store|early|none)/", name):
                text = plain(checkout, path.read_bytes()).encode()
                yield {"name": f"file {name}", "body": sha256(text).hexdigest()}


def plain(checkout: Checkout, octets: bytes) -> str:
    """Return what was printed, without the paths of the copy, times and how long something took."""
    text = octets.decode("utf-8", "backslashreplace")
    for path, name in ((checkout.root, "CHECKOUT"), (checkout.reference, "REFERENCE"), (Path.home(), "HOME")):
        text = text.replace(str(path), name)
    text = text.replace(str(checkout.root.parent), "TEMPORARY")
    for pattern, name in ((_TIME, "<time>"), (_SECONDS, "<seconds>"), (_PROCESS, "[<process>]")):
        text = pattern.sub(name, text)
    return text
