"""`import heldout`: one door to all names that users need; nothing behind it stirs until it is asked for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import heldout
from heldout.runtime.machine.catalog.digest import Digests


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    command = [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_it_loads_nothing():
    loaded = {name for name in loaded_by("import heldout") if name.partition(".")[0] == "heldout"}
    assert loaded <= {"heldout", "heldout.version", "heldout._version"}


def test_an_operator_file_loads_no_compiler():
    loaded = loaded_by("from heldout import Choice, Metrics, Role, Use, component, operator")
    assert not loaded & {"torch", "pydantic", "snakemake", "yaml", "typer"}
    loaded = loaded_by("from heldout import Dataset, Model, Predictions, Table")
    assert "torch" in loaded  # so the check can see what is loaded
    assert not loaded & {"snakemake", "heldout.compiler", "pydantic", "pandas"}


def test_checking_and_loading_need_no_runtime():
    loaded = loaded_by("from heldout import check, load, plan, run, Study")
    assert "heldout.compiler.compile" in loaded
    assert not loaded & {"torch", "pyarrow", "numpy", "pandas", "snakemake", "heldout.runtime"}


def test_every_name_is_there():
    for name in heldout.__all__:
        assert getattr(heldout, name) is not None
    assert set(heldout.__all__) <= set(dir(heldout))
    from heldout.runtime.artifacts import Table
    from heldout.runtime.operator import operator

    assert heldout.Table is Table and heldout.operator is operator
    with pytest.raises(AttributeError, match="module 'heldout' has no attribute 'Tabel'"):
        _ = heldout.Tabel


@pytest.mark.parametrize(
    ("missing", "statement", "told"),
    [
        ("torch", "from heldout import Dataset", "heldout.Dataset needs torch: .*'heldout\\[runtime\\]'"),
        ("pyarrow", "from heldout import Table", "heldout.Table needs pyarrow: .*'heldout\\[runtime\\]'"),
        ("pydantic", "import heldout; heldout.check", "heldout.check needs pydantic: .*'heldout'"),
    ],
)
def test_what_is_missing_is_named_with_how_to_install_it(missing: str, statement: str, told: str):
    command = [sys.executable, "-c", f"import sys; sys.modules[{missing!r}] = None\n{statement}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(told, done.stderr.splitlines()[-1])


@pytest.mark.parametrize("imports", ["from heldout import Table, operator", "import heldout as h"])
def test_a_file_has_one_identity_by_whichever_way_it_imports(imports: str, tmp_path: Path):
    prefix = "h." if imports.endswith("h") else ""
    body = "\n@{0}operator\ndef half(t: {0}Table) -> {0}Table:\n    return {0}Table.of({{'x': t.scalar()}})\n"
    plain = "from heldout.runtime.artifacts.table import Table\nfrom heldout.runtime.operator import operator"
    digests = []
    for name, text in (("plain", plain + body.format("")), ("door", imports + body.format(prefix))):
        path = tmp_path / name / "my_operators.py"
        path.parent.mkdir()
        path.write_text(text)
        digests.append(Digests().at(path, "half", beside=path.parent))
    assert any(name.startswith("Table in artifacts/table.py") for name in digests[1].definitions)
    assert digests[0] == digests[1]
