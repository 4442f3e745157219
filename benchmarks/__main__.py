"""`python -m benchmarks`: measure heldout on this machine.

`python -m benchmarks profile --help`: where the seconds of a run of your study go.
"""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from benchmarks.tables import RowPrinter

BENCHMARKS = (
    "compile",
    "check",
    "dry_run",
    "rerun",
    "add_seed",
    "renewals",
    "overhead",
    "stacking",
    "peers",
    "study",
    "suite",
    "images",
    "coverage",
)


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["profile"]:
        from benchmarks.profile import main as profile

        return profile(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the results as JSON, anew after every row"
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes, which only show that it works")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(BENCHMARKS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    results: dict[str, list[dict[str, Any]]] = {}
    for name in options.names or BENCHMARKS:
        module = importlib.import_module(f"benchmarks.{name}")
        load = os.getloadavg()[0]
        print(f"{name}: {module.__doc__.splitlines()[0]} (load before: {load:.1f})", flush=True)
        show, results[name] = RowPrinter(), []
        for row in module.run(options.quick):
            show(row)
            results[name].append(row)
            if options.json is not None:
                content = {"quick": options.quick, "machine": machine(), "results": results}
                options.json.write_text(json.dumps(content, indent=1) + "\n")
        print(flush=True)
    return 0


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {"cpus": os.cpu_count(), "platform": platform.platform(), "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(main())
