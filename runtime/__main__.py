"""The runtime's command line: `python -m heldout.runtime COMMAND`."""

import argparse
import importlib
import os
import sys

# Each module has SUMMARY, add_arguments and main, and imports nothing heavy at its top.
COMMANDS = {
    "agreement": "heldout.runtime.machine.comparison.agreement_command",
    "catalog": "heldout.runtime.machine.catalog.command",
    "compare": "heldout.runtime.machine.comparison.command",
    "definitions": "heldout.runtime.machine.catalog.definitions_command",
    "import": "heldout.runtime.machine.domainbed.command",
    "levels": "heldout.runtime.machine.levels.command",
    "power": "heldout.runtime.machine.verdicts.command",
    "recompute": "heldout.runtime.machine.execute.recompute_command",
    "report": "heldout.runtime.machine.report.command",
    "run": "heldout.runtime.machine.execute.command",
    "suite": "heldout.runtime.machine.report.suite_command",
    "summary": "heldout.runtime.machine.report.summary_command",
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m heldout.runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = importlib.import_module(module)
        subparser = commands.add_parser(name, help=command.SUMMARY, description=command.__doc__)
        command.add_arguments(subparser)
        subparser.set_defaults(main=command.main)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.main(arguments))
    except KeyboardInterrupt:
        return 130


def fix_python() -> None:
    """Start again where the order of a set of strings is not fixed, or the locale decides on encodings."""
    if os.environ.get("PYTHONHASHSEED") != "0" or not sys.flags.utf8_mode:
        os.environ |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    fix_python()
    # Ours was for this process alone: a script that an operator starts finds the modules beside it.
    os.environ.pop("PYTHONSAFEPATH", None)
    sys.exit(main())
