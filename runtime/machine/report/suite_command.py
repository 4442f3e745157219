"""`python -m heldout.runtime suite`: the finished reports below a folder, joined into one page.

Exit codes: 0 the page was written; 2 there is no finished report; 3 the page cannot be written.
"""

import argparse
import sys
from pathlib import Path

SUMMARY = "join many studies' reports into one page"

NOTHING_FOUND = 2
CANNOT_WRITE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="looked through, with all folders in it")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the page")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.report.suite import write_suite

    try:
        write_suite(arguments.folder, arguments.out)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return NOTHING_FOUND
    except OSError as error:
        print(f"error: the page cannot be written: {error}", file=sys.stderr)
        return CANNOT_WRITE
    return 0
