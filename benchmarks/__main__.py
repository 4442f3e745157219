"""`python -m benchmarks`: measure heldout on this machine."""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

BENCHMARKS = ("compile", "dry_run", "rerun", "add_seed", "overhead", "coverage")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results as JSON")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, which only show that it works")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(BENCHMARKS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    results = {}
    for name in options.names or BENCHMARKS:
        module = importlib.import_module(f"benchmarks.{name}")
        load = os.getloadavg()[0]
        results[name] = module.run(options.quick)
        print(f"{name}: {module.__doc__.splitlines()[0]} (load before: {load:.1f})")
        print(table(results[name]), flush=True)
    if options.json is not None:
        content = {"quick": options.quick, "machine": machine(), "results": results}
        options.json.write_text(json.dumps(content, indent=1) + "\n")
    return 0


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {"cpus": os.cpu_count(), "platform": platform.platform(), "python": platform.python_version()}


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as text: one line each, or one line a field where there is one row only."""
    texts = [[_text(value) for value in row.values()] for row in rows]
    lines = [list(rows[0]), *texts]
    if len(rows) == 1:
        lines = [list(pair) for pair in zip(*lines, strict=True)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (("  ".join(t.rjust(w) for t, w in zip(line, widths, strict=True))) for line in lines)
    return "".join(f"  {line}\n" for line in padded)


def _text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case _:
            return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
