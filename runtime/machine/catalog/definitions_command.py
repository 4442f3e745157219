"""`python -m heldout.runtime definitions`: what the digests of operators and components are of."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

SUMMARY = "write what the digests of operators and components are of, as JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="NAME", help="such as train/classifier, objectives/coral")
    parser.add_argument(
        "--operators", action="append", default=[], type=Path, metavar="FILE", help="a user's operators"
    )
    parser.add_argument("--digests", action="store_true", help="the digests themselves, by name")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.lookup import find, register_file  # imports what is named: seconds
    from heldout.runtime.machine.catalog.digest import Digests

    try:
        for path in arguments.operators:
            register_file(path)
        digests = Digests()
        of = {name: digests.of(find(name)) for name in arguments.names}
        found: dict[str, Any] = (
            {name: one.text for name, one in of.items()}
            if arguments.digests
            else {name: dict(one.definitions) for name, one in of.items()}
        )
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 0
