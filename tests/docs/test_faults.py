"""docs/faults.md lists every kind of fault; each kind has a test that runs its siblings."""

import pytest

from faults import Kind, kinds
from support.paths import ROOT

KINDS = kinds()


@pytest.mark.parametrize("name", KINDS)
def test_a_kind(name: str) -> None:
    kind: Kind = KINDS[name]
    assert kind.title
    test = (ROOT / kind.test).read_text(encoding="utf-8")
    assert f'siblings("{name}")' in test or f'kinds()["{name}"]' in test
    assert len(kind.rows) > 3, "three siblings at least"
    assert len({row[0] for row in kind.rows}) == len(kind.rows)
    assert len({len(row) for row in kind.rows}) == 1, "every row has every column"
