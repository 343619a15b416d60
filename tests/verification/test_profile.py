"""Profiles of sources: what is no profile is refused with the file and what would be right."""

from pathlib import Path

import pytest

from accordgraph.errors import InputError
from accordgraph.namespaces import ACG, CONCEPT, ID
from accordgraph.project import find_project
from accordgraph.verification.profile import load_profiles

GOOD = """
source = "source/test"
page_footer = 'page \\d+'
[columns]
"source/test/table" = ["telework"]
[contexts]
"acg:signedOn" = ['signed on {}']
"""


def write(folder: Path, text: str, name: str = "test.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_profile_is_read(tmp_path: Path) -> None:
    profile = load_profiles(write(tmp_path, GOOD))[ID["source/test"]]
    assert profile.page_footer.fullmatch("page 12")
    assert profile.article_heading.search("article 1") is None
    assert profile.columns == {ID["source/test/table"]: (CONCEPT["theme/telework"],)}
    assert profile.contexts == {ACG.signedOn: ("signed on {}",)}


def test_every_source_of_the_project_has_one() -> None:
    profiles = load_profiles(find_project().profiles)
    assert set(profiles) == {ID["source/report-131"], ID["source/flemish-telework-page"]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("page_footer = 'x'", "the key 'source' is missing"),
        (GOOD.replace("[contexts]", "[context]"), "'context' is not a key of a profile; the keys are "),
        (GOOD.replace("{}", ""), "'signed on ' of acg:signedOn has no {}"),
        (GOOD.replace("acg:signedOn", "signedOn"), "write prefix:name"),
        (GOOD.replace("signed on", "signed (on"), "unterminated subpattern"),
        (GOOD.replace("[columns]", "[columns"), "line 4"),
        ("source = 1", "the value of 'source' is not a string"),
    ],
    ids=["no-source", "unknown-key", "no-place", "no-prefix", "bad-expression", "bad-toml", "bad-type"],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError) as error:
        load_profiles(write(tmp_path, text))
    assert str(error.value).startswith(f"{tmp_path / 'test.toml'}: ")
    assert reason in str(error.value)


def test_one_source_has_one_profile(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(InputError, match="another file"):
        load_profiles(write(tmp_path, GOOD, "other.toml"))
