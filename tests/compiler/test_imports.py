"""The compiler starts on a login node in a fraction of a second: it loads nothing heavy."""

import subprocess
import sys

HEAVY = {"torch", "transformers", "datasets", "numpy", "scipy", "sklearn", "pyarrow"}


def loaded_by(statement: str) -> set[str]:
    """The modules that are loaded once a statement has run in a fresh interpreter."""
    command = [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_compiling_loads_nothing_heavy():
    loaded = loaded_by("import heldout.compiler.compile, heldout.compiler.lower.emit")
    assert loaded & (HEAVY | {"snakemake", "docker", "pandas", "matplotlib", "heldout.runtime"}) == set()
    assert {"heldout.compiler", "yaml", "pydantic"} <= loaded  # the check can see what is loaded
