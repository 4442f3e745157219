"""`python -m heldout.runtime catalog`: write the catalog."""

import argparse
import json
import sys
from pathlib import Path

from heldout.runtime.files import write

SUMMARY = "write the catalog of operators and components as JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--operators", action="append", default=[], type=Path, metavar="FILE", help="a user's operators"
    )
    parser.add_argument("--added-to", type=Path, metavar="FILE", help="this runtime's catalog, as written")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.catalog.addition import add_operators
    from heldout.runtime.machine.catalog.build import build_catalog, rests_on

    try:
        if arguments.added_to is None:
            catalog = build_catalog(arguments.operators)  # imports every operator: seconds
        else:
            catalog = add_operators(json.loads(arguments.added_to.read_bytes()), arguments.operators)
        if arguments.operators:
            catalog["rests_on"] = rests_on(arguments.operators)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    text = json.dumps(catalog, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        write(arguments.output, text)
    return 0
