"""What the tests of profiles share: a workflow with a GPU stage, and programs that stand for others."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.lower.emit import emit

HERE = Path(__file__).parent
STUDY = HERE.parent / "lower" / "golden" / "study.yaml"


@pytest.fixture(scope="session")
def emit_workflow(catalog: Catalog) -> Callable[[Path], Path]:
    """Emit the golden study's workflow below a folder, under a name that needs quotes in a shell."""

    def emit_below(place: Path) -> Path:
        compiled, problems = compile_spec(STUDY.read_bytes(), STUDY.as_posix(), "smoke", catalog)
        assert compiled is not None, problems
        folder = place / "it's here" / "smoke"
        emit(compiled, folder, place / "store")
        return folder

    return emit_below


@pytest.fixture(scope="session")
def stand_ins() -> dict[str, str]:
    """The environment in which the programs beside this file come first."""
    return {**os.environ, "PATH": f"{HERE / 'programs'}{os.pathsep}{os.environ['PATH']}"}
