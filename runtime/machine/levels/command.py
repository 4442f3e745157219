"""`python -m heldout.runtime levels`: the values of a column, with the number of rows of each, as JSON.

Reads a table, or the rows of a dataset that the store holds. Exit codes: 0 they are on standard output; 2
what was given cannot be read, or has no such column.
"""

import argparse
import json
import sys
from pathlib import Path

SUMMARY = "write the values of a column, from which the levels of an axis come"

REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--column", required=True, metavar="NAME", help="the column")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--table", type=Path, metavar="FILE", help="a Parquet, CSV or JSON Lines file")
    source.add_argument("--store", type=Path, metavar="FOLDER", help="the results")
    parser.add_argument("--task", metavar="TASK", help="with a store: the task")
    parser.add_argument("--port", metavar="NAME", help="with a store: its output, a dataset")
    parser.add_argument(
        "--operators", action="append", default=[], type=Path, metavar="FILE", help="a user's operators"
    )


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.artifacts import Dataset
    from heldout.runtime.lookup import register_file
    from heldout.runtime.machine.levels.values import values_of_rows, values_of_table
    from heldout.runtime.machine.store import Store

    try:
        if arguments.table is not None:
            found = values_of_table(arguments.table, arguments.column)
        else:
            for file in arguments.operators:  # they may declare kinds of data
                register_file(file)
            with Store(arguments.store, key="levels") as store:
                data = store.load(arguments.task, arguments.port)
            if not isinstance(data, Dataset):
                raise ValueError(f"{arguments.port} is a {type(data).__name__}, and no Dataset")
            found = values_of_rows(data.rows, arguments.column)
    except (ValueError, KeyError) as error:
        print(f"error: {error.args[0] if error.args else error}", file=sys.stderr)
        return REFUSED
    print(json.dumps(found, ensure_ascii=False))
    return 0
