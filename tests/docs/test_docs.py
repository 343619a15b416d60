"""The documentation is true: answers are fresh, examples run, names exist, nothing is left out."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

from accordgraph import __version__
from accordgraph.cli import main
from accordgraph.client import Client
from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import ACG, PREFIXES, SCHEMES
from accordgraph.settings import PREFIX, Settings
from documentation.pages import Block, Example, Page, pages
from documentation.shell import commands, curl
from documentation.workbench import ADDRESS, RUNNABLE, Unavailable, Workbench, workbench
from support.live_server import app_over
from support.paths import ROOT
from support.programs import program

PAGES = pages()
BLOCKS = [pytest.param(block, id=f"{page.name}:{block.line}") for page in PAGES for block in page.blocks]
EXAMPLES = [
    pytest.param(example, id=f"{page.name}:{example.line}")
    for page in PAGES
    for example in page.examples
    if example.language in RUNNABLE
]
CURLS = [
    pytest.param(words[1:], id=f"{page.name}:{example.line}")
    for page in PAGES
    for example in page.examples
    if example.language == "sh"
    for words in commands(example.text)
    if words[0] == "curl"
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with workbench(tmp_path_factory.mktemp("build")) as bench:
        yield bench


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("block", BLOCKS)
def test_generated_block_is_fresh(bench: Workbench, block: Block) -> None:
    try:
        fresh = bench.answer(block)
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert block.body.splitlines() == fresh.splitlines(), "stale; scripts/update-docs writes it anew"


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_runs_and_has_an_answer(bench: Workbench, example: Example) -> None:
    try:
        printed = bench.run(example)
    except Unavailable as reason:
        pytest.skip(str(reason))
    if example.language == "sparql":
        assert len(printed.splitlines()) > 2, "a question of the documentation has an answer"


@pytest.mark.parametrize("arguments", CURLS)
def test_curl_gives_the_same_answer(bench: Workbench, arguments: list[str]) -> None:
    given = [word.replace(ADDRESS, bench.address) for word in arguments]
    done = subprocess.run(
        [program("curl"), "--silent", "--fail", *given], capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode().replace("\r\n", "\n") == curl(given)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_is_of_a_kind_that_is_run(page: Page) -> None:
    languages = {example.language for example in page.examples}
    assert languages <= {*RUNNABLE, "mermaid"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)\s]*\)", page.text)
    missing = [link for link in links if "://" not in link and not (page.path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_of_the_graph_exist(bench: Workbench, page: Page) -> None:
    shapes = "".join(path.read_text(encoding="utf-8") for path in bench.project.turtle_files("shapes"))
    prefixes = "|".join(("acg", "shape", *SCHEMES))
    unknown = set()
    for prefix, name in re.findall(rf"(?<![\w/:-])({prefixes}):([A-Za-z][\w-]*)", page.text):
        if prefix == "shape":
            known = re.search(rf"shape:{name}\b", shapes) is not None
        else:
            known = bool(bench.store.query(f"ASK {{ <{PREFIXES[prefix]}{name}> ?p ?o }}").boolean)
        if not known:
            unknown.add(f"{prefix}:{name}")
    assert unknown == set()


def test_the_picture_shows_what_the_ontology_has(bench: Workbench) -> None:
    (model,) = [page for page in PAGES if page.name == "docs/model.md"]
    (picture,) = [example.text for example in model.examples if example.language == "mermaid"]
    arrows = re.findall(r"^ *(\w+) (<\|--|-->|\.\.>) (\w+)(?: : (\w+))?$", picture, re.MULTILINE)
    classes = set(re.findall(r"^ *class (\w+)$", picture, re.MULTILINE))
    assert len(arrows) + len(classes) + 1 == len(picture.splitlines())
    for left, kind, right, label in arrows:
        lower, upper = (right, left) if kind == "<|--" else (left, right)
        classes |= {lower, upper}
        if kind == "<|--":
            pattern = f"acg:{lower} rdfs:subClassOf+ acg:{upper}"
        else:
            pattern = f"?x ?p ?y . ?x a acg:{lower} . ?y a acg:{upper} FILTER(STRENDS(STR(?p), '{label}'))"
        assert bench.store.query(f"ASK {{ {pattern} }}").boolean, f"{left} {kind} {right} {label}"
    for name in classes:
        assert bench.store.query(f"ASK {{ <{ACG}{name}> a owl:Class }}").boolean, name


@pytest.mark.parametrize("name", sorted(main.commands))
def test_command_is_documented(name: str) -> None:
    _, _, rest = page("docs/cli.md").partition(f"### `accordgraph {name}`\n")
    section = rest.partition("\n### ")[0].partition("<!-- end -->")[0]
    assert str(main.commands[name].help) in section
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts} says what it does"
            assert all(option in section for option in parameter.opts)


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in page("docs/cli.md")


def test_every_question_is_listed(bench: Workbench) -> None:
    questions = load_queries(bench.project.queries / "competency")
    text = page("docs/questions.md")
    assert questions
    assert [q.name for q in questions if f"[{q.name}](" not in text or q.summary not in text] == []


def paths_of(routes: Iterable[Any]) -> Iterator[str]:
    """Yield the path of every route, those of included routers too."""
    for route in routes:
        if path := getattr(route, "path", None):
            yield path
        yield from paths_of(getattr(getattr(route, "original_router", None), "routes", ()))


def test_every_address_of_the_server_is_documented(bench: Workbench) -> None:
    paths = set(paths_of(app_over(bench.project.build).routes))
    assert {"/sparql", "/health", "/api/search"} <= paths
    assert [path for path in sorted(paths) if f"`{path}`" not in page("README.md")] == []


def test_every_method_of_the_client_is_documented() -> None:
    methods = {name for name in vars(Client) if not name.startswith("_")}
    assert [name for name in methods if f"`{name}`" not in page("README.md")] == []


def test_every_rule_of_verification_is_documented() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src" / "accordgraph").rglob("*.py")
    )
    rules = set(re.findall(r'"(verify-[a-z-]+)"', source))
    assert rules == set(re.findall(r"^\| `(verify-[a-z-]+)` \|", page("docs/verify.md"), re.MULTILINE))


def test_changelog_has_this_version_and_its_sections() -> None:
    releases = re.split(r"^## ", page("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    (this,) = [release for release in releases if release.startswith(f"[{__version__}] - ")]
    assert re.findall(r"^### (.+)$", this, re.MULTILINE) == ["Ontology", "Shapes", "Data", "API"]


def write(folder: Path, text: str) -> Page:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return Page(path)


def test_update_replaces_only_what_is_generated(tmp_path: Path) -> None:
    text = "# A\n```sparql\nASK {}\n```\n<!-- begin answer -->\nold\nolder\n<!-- end -->\nB\n"
    found = write(tmp_path, text)
    assert found.blocks == [Block(5, "answer", "", Example(2, "sparql", "ASK {}"), "old\nolder")]
    new = found.updated(lambda block: "new")
    assert new == text.replace("old\nolder", "new")
    assert write(tmp_path, new).updated(lambda block: "new") == new


@pytest.mark.parametrize("text", ["```sh\nmake", "<!-- begin answer -->\n"], ids=["fence", "block"])
def test_block_without_end_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r":1: no line"):
        _ = write(tmp_path, text).blocks


@pytest.mark.parametrize(
    "text", ["make nothing", "scripts/absent", "rm -r x", "accordgraph query no-such-query"]
)
def test_wrong_command_is_noticed(bench: Workbench, text: str) -> None:
    with pytest.raises(ValueError, match="no such command|no query"):
        bench.shell(text)


def test_commands_go_on_over_lines() -> None:
    assert list(commands("make a # why\ncurl -H 'x\n y' \\\n  z\n")) == [
        ["make", "a"],
        ["curl", "-H", "x\n y", "z"],
    ]
