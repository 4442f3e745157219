"""`python -m heldout.runtime suite`: the finished reports below a folder, joined into one page or a site.

Exit codes: 0 it was written; 2 there is no finished report, or something else lies where the site should;
3 it cannot be written.
"""

import argparse
import sys
from pathlib import Path

SUMMARY = "join many studies' reports into one page, or copy them into a site"

REFUSED = 2
CANNOT_WRITE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="looked through, with all folders in it")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="FILE", help="the page, which links to the reports")
    where.add_argument("--site", type=Path, metavar="FOLDER", help="a folder with the reports and the page")


def main(arguments: argparse.Namespace) -> int:
    try:
        if arguments.site is None:
            _write_page(arguments.folder, arguments.out)
        else:
            _write_site(arguments.folder, arguments.site)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(f"error: it cannot be written: {error}", file=sys.stderr)
        return CANNOT_WRITE
    return 0


def _write_page(reports: Path, page: Path) -> None:
    from heldout.runtime.machine.report.suite import write_suite

    write_suite(reports, page)


def _write_site(reports: Path, site: Path) -> None:
    from heldout.runtime.machine.report.site import write_site  # loads all that draws reports

    for problem in write_site(reports, site):
        print(problem, file=sys.stderr)
