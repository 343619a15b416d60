"""Shell text as its commands, and curl without curl."""

import shlex
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from urllib.parse import quote
from urllib.request import Request, urlopen


def commands(text: str) -> Iterator[list[str]]:
    """Yield the commands of a shell text, each as its words; one may go on over several lines."""
    pending = ""
    for line in text.splitlines():
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        try:
            words = shlex.split(pending, comments=True)
        except ValueError:  # a quotation goes on
            pending += "\n"
            continue
        pending = ""
        if words:
            yield words
    if pending:
        raise ValueError(f"a command does not end: {pending}")


def curl(arguments: Sequence[str]) -> str:
    """Do what curl does with these arguments."""
    parser = ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-L", "--location", action="store_true")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("--data-urlencode", action="append", default=[])
    parser.add_argument("url")
    given = parser.parse_args(arguments)
    pairs = (pair.partition("=") for pair in given.data_urlencode)
    body = "&".join(f"{name}={quote(value, safe='')}" for name, _, value in pairs)
    headers = dict(header.split(": ", 1) for header in given.header)
    url = f"{given.url}?{body}" if given.get and body else given.url
    data = body.encode() if body and not given.get else None
    with urlopen(Request(url, data, headers), timeout=60) as response:
        return str(response.read().decode()).replace("\r\n", "\n")
