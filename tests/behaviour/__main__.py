"""`python -m behaviour`: make the list of requests, record a checkout, compare two recordings."""

import argparse
import sys
from pathlib import Path

from behaviour.checkout import copied
from behaviour.replay import read, replay, write

DIFFERENCES = Path(__file__).with_name("differences.tsv")


def main(arguments: list[str]) -> int:
    """Do what the arguments say; returns the exit code."""
    parser = argparse.ArgumentParser(prog="behaviour", description=__doc__)
    stages = parser.add_subparsers(dest="stage", required=True)
    for name in ("gather", "requests", "commands"):
        stage = stages.add_parser(name)
        stage.add_argument("checkout", type=Path)
        stage.add_argument("--out", type=Path, required=True)
        stage.add_argument("--python", type=Path, help="default: that of .venv in the checkout")
        stage.add_argument("--reference", type=Path, help="default: `shared` beside the checkout")
    stages.choices["gather"].add_argument("--captured", type=Path, help="requests of the tests, from before")
    stages.choices["requests"].add_argument("--list", type=Path, required=True)
    stages.choices["requests"].add_argument("--patience", type=float, default=90.0)
    stages.choices["requests"].add_argument("--bodies", type=Path, required=True)
    stage = stages.add_parser("prune")
    stage.add_argument("list", type=Path)
    stage.add_argument("recording", type=Path)
    stage.add_argument("--out", type=Path, required=True)
    stage = stages.add_parser("compare")
    stage.add_argument("before", type=Path)
    stage.add_argument("after", type=Path)
    stage.add_argument("--allowed", type=Path, default=DIFFERENCES)
    given = parser.parse_args(arguments)
    if given.stage == "compare":
        from behaviour.compare import report

        return report(read(given.before), read(given.after), given.allowed)
    if given.stage == "prune":
        from behaviour.gather import prune

        write(given.out, prune(read(given.list), read(given.recording)))
        return 0
    with copied(given.checkout, given.python, given.reference) as checkout:
        if given.stage == "commands":
            from behaviour.commands import commands

            write(given.out, commands(checkout))
            return 0
        checkout.built()
        if given.stage == "gather":
            from behaviour.gather import gather

            write(given.out, gather(checkout, given.captured))
            return 0
        from behaviour.exchange import Request

        requests = [Request.from_json(row) for row in read(given.list)]
        write(given.out, replay(checkout, requests, given.bodies, given.patience))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
