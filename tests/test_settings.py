"""Settings are read from the environment; what cannot be one is refused, or told where it may be a slip."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from accordgraph.cli import main
from accordgraph.errors import InputError
from accordgraph.settings import Settings


def test_what_is_set_and_what_is_not() -> None:
    settings = Settings.from_environment(
        {"ACCORDGRAPH_PORT": "81", "ACCORDGRAPH_BUILD": "/tmp/b", "ACCORDGRAPH_HOST": "", "OTHER": "x"}
    )
    assert (settings.port, settings.build, settings.host) == (81, Path("/tmp/b"), "127.0.0.1")
    assert settings.workers == Settings().workers


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("query_seconds", "0.1", 0.1),
        ("client_seconds", "0", 0),
        ("answer_rows", "1", 1),
        ("port", "65535", 65535),
        ("open_workers", "TRUE", True),
        ("trusted_proxies", "10.0.0.0/8, ::1", "10.0.0.0/8, ::1"),
        ("trusted_proxies", "*", "*"),
    ],
)
def test_it_can_be(name: str, text: str, value: object) -> None:
    found = getattr(Settings.from_environment({f"ACCORDGRAPH_{name.upper()}": text}), name)
    assert (found, type(found)) == (value, type(getattr(Settings(), name)))


@pytest.mark.parametrize(
    ("name", "text", "right"),
    [
        ("port", "x", "a whole number, 0 to 65535"),
        ("port", "65536", "a whole number, 0 to 65535"),
        ("workers", "0", "a whole number, 1 or more"),
        ("answer_rows", "1.5", "a whole number, 1 or more"),
        ("query_bytes", "-1", "a whole number, 1 or more"),
        ("head_bytes", "10", "a whole number, 1024 or more"),
        ("client_errors", "-1", "a whole number, 0 or more"),
        ("query_seconds", "-1", "a number, 0.1 or more"),
        ("client_seconds", "nan", "a number, 0 or more"),
        ("client_seconds", "inf", "a number, 0 or more"),
        ("open_workers", "yes", "true or false"),
        ("trusted_proxies", "127.0.0.1,localhost", "addresses or networks"),
    ],
)
def test_it_cannot_be(name: str, text: str, right: str) -> None:
    with pytest.raises(InputError) as raised:
        Settings.from_environment({f"ACCORDGRAPH_{name.upper()}": text})
    assert f"ACCORDGRAPH_{name.upper()} is {text!r}; it should be {right}" in str(raised.value)


def test_defaults_are_what_they_could_be_set_to() -> None:
    for setting in Settings().table():
        name = f"ACCORDGRAPH_{str(setting['name']).upper()}"
        assert (
            getattr(Settings.from_environment({name: str(setting["value"])}), str(setting["name"]))
            == (setting["value"])
        )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ACCORDGRAPH_QUERY_SECOND", "ACCORDGRAPH_QUERY_SECOND; is it ACCORDGRAPH_QUERY_SECONDS?\n"),
        ("ACCORDGRAPH_ZZZ", "ACCORDGRAPH_ZZZ\n"),
    ],
)
def test_a_name_that_is_none_is_told(name: str, said: str) -> None:
    found = CliRunner().invoke(main, ["queries"], env={name: "1"})
    assert found.exit_code == 0
    assert f"warning: there is no setting {said}" in found.stderr
    assert "warning" not in CliRunner().invoke(main, ["queries"]).stderr
