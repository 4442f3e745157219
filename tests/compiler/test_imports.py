"""Imports point one way: the compiler needs no torch, the runtime no Snakemake, neither the other."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "compiler": {
        "torch",
        "torchvision",
        "transformers",
        "datasets",
        "numpy",
        "scipy",
        "sklearn",
        "pyarrow",
    },
    "runtime": {"snakemake", "docker"},
}


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_no_file_imports_what_its_package_must_not(package: str):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {str(path.relative_to(ROOT)): imported(path) & FORBIDDEN[package] for path in files}
    assert {path: names for path, names in wrong.items() if names} == {}


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that are loaded once a statement has run in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_compiling_loads_nothing_heavy():
    loaded = loaded_by("import heldout.compiler.compile, heldout.compiler.lower.emit")
    assert loaded & (FORBIDDEN["compiler"] | {"snakemake", "docker", "pandas", "matplotlib"}) == set()
    assert {"compiler", "yaml", "pydantic"} <= loaded  # the check can see what is loaded


def test_no_module_of_the_compiler_lies_in_an_import_circle():
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in (ROOT / "compiler").rglob("*.py")
        if path.name != "__init__.py"
    }
    reads = {name: _own_imports(path) & modules.keys() for name, path in modules.items()}
    done: set[str] = set()
    while ready := [name for name in reads if name not in done and reads[name] <= done]:
        done |= set(ready)
    assert set(reads) - done == set()


def _own_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_bytes()).body:  # those that run when the module is loaded
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found
