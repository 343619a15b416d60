"""docs/limits.md says what is so: every setting with its default, and every problem with its status."""

import re
from dataclasses import fields

from accordgraph.server.http.problems import KINDS
from accordgraph.settings import Settings
from support.paths import ROOT

TEXT = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")


def test_each_setting_stands_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.,]+) ([^|]*) \| ([^|]*) \|$", TEXT, re.MULTILINE)
    expected = [
        (field.name, f"{field.default:,}", field.metadata["unit"], field.metadata["help"])
        for field in fields(Settings)
        if field.metadata["public"] and not isinstance(field.default, bool)
    ]
    assert rows == expected


def test_each_problem_has_its_status() -> None:
    kinds = {name: kind.status for name, kind in KINDS.items()}
    rows = re.findall(r"^\| `([\w-]+)` \| (\d{3}) \|", TEXT, re.MULTILINE)
    assert rows
    assert {name: int(status) for name, status in rows}.items() <= kinds.items()
    assert {name for name, status in kinds.items() if status in (408, 413, 429, 503)} <= dict(rows).keys()


def test_each_setting_that_is_named_exists() -> None:
    names = {field.name for field in fields(Settings)}
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", TEXT))
    assert named <= names
