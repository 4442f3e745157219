import sys
from pathlib import Path

import pytest

from heldout.compiler.images.lock_requirements import SHARED, lock, package, wanted, without_torch

ROOT = Path(__file__).parents[3]
WANTED = wanted(ROOT / "pyproject.toml", ROOT / "constraints.txt")
A = "a" * 64
RESOLVED = f"""\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:{A}
jinja2==3.1.6 \\
    --hash=sha256:{A}
torch==2.13.0+cpu \\
    --hash=sha256:{A}
"""


def imported() -> set[str]:
    """The top-level packages that files of the runtime import."""
    import ast

    found: set[str] = set()
    for path in (ROOT / "runtime").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return found


def test_what_the_runtime_imports_is_asked_for():
    # Packages whose modules are called otherwise, and what comes with another: MarkupSafe with Jinja2,
    # which has `Markup` in its own interface.
    called = {"PIL": "pillow", "sklearn": "scikit-learn", "vl_convert": "vl-convert-python"}
    asked = {line.partition("==")[0].replace("-", "_") for line in WANTED}
    others = imported() - set(sys.stdlib_module_names) - {"heldout", "markupsafe"}
    assert {called.get(name, name).replace("-", "_") for name in others} <= asked
    assert set(SHARED) <= asked


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """A `uv` that notes what it was asked, and answers with RESOLVED."""
    program = tmp_path / "uv"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/asked\n'
        f'echo "$UV_FIND_LINKS" > {tmp_path}/links\ncat <<"END"\n{RESOLVED}END\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))  # whose programs come first
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)
    return tmp_path


def test_every_wheel_is_locked_with_its_hashes_for_linux(uv):
    text = lock(["jinja2==3.1.6", "torch==2.13.0"])
    assert (uv / "asked").read_text() == "jinja2==3.1.6\ntorch==2.13.0+cpu\n"
    assert "--generate-hashes" in (uv / "arguments").read_text().split()
    assert "colorama" not in text  # of another platform
    assert text == RESOLVED[RESOLVED.index("jinja2") :]


def test_the_environment_says_where_wheels_lie(uv, monkeypatch):
    monkeypatch.setenv("UV_FIND_LINKS", "/wheels")
    lock(["torch==2.13.0"])
    assert (uv / "links").read_text() == "/wheels\n"


def test_a_base_with_torch_needs_none():
    assert without_torch(RESOLVED) == RESOLVED[: RESOLVED.index("torch")]


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("torch>=2.11,<3", "torch"),
        ("vl-convert-python==1.9.0.post1", "vl-convert-python"),
        ("docstring_parser==0.18.0", "docstring-parser"),
        ("Jinja2", "jinja2"),
        ("heldout[runtime] ; python_version < '4'", "heldout"),
    ],
)
def test_the_package_that_a_requirement_asks_for(requirement, name):
    assert package(requirement) == name


def test_ranges_are_locked_at_the_versions_of_the_constraints(tmp_path):
    project, constraints = tmp_path / "pyproject.toml", tmp_path / "constraints.txt"
    project.write_text(
        '[project]\ndependencies = ["jinja2>=3,<4", "pydantic>=2", "typer>=0.20"]\n'
        '[project.optional-dependencies]\nruntime = ["torch>=2.11,<3", "docstring-parser>=0.16"]\n'
    )
    constraints.write_text("docstring_parser==0.18.0\nJinja2==3.1.6\npydantic==2.14.3\ntorch==2.13.0\nx==1\n")
    # The compiler's own are left out but for those that the runtime shares.
    assert wanted(project, constraints) == [
        *("docstring-parser==0.18.0", "jinja2==3.1.6", "pydantic==2.14.3", "torch==2.13.0"),
    ]
