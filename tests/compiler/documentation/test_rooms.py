"""Arrows of the house point down, and its first two rooms hold what a spec may name."""

import ast
from pathlib import Path

import pytest

from heldout.compiler.documentation.rooms import ROOMS, imports, modules, room_of
from heldout.runtime.lookup import find, is_declared, named_files

ROOT = Path(__file__).parents[3]
MODULES = modules(ROOT)
MAY_NOT = {
    "compiler": {"torch", "transformers", "datasets", "numpy", "scipy", "sklearn", "pyarrow"},
    "runtime": {"snakemake", "docker"},
}


@pytest.fixture(scope="module")
def imported():
    """The modules that each module imports."""
    return {name: set(imports(path, MODULES)) for name, path in MODULES.items()}


@pytest.fixture(scope="module")
def arrows(imported):
    """The rooms that each room imports."""
    found = {room: set() for room in ROOMS}
    for name, others in imported.items():
        room = room_of(MODULES[name], ROOT)
        found[room] |= {room_of(MODULES[other], ROOT) for other in others} - {room}
    return found


def test_every_folder_belongs_to_a_room():
    assert MODULES
    assert {room_of(path, ROOT) for path in MODULES.values()} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_the_table_allows(room, arrows):
    assert arrows[room] <= set(ROOMS[room])


def test_no_arrow_of_the_table_points_up():
    """So there is no circle of rooms either."""
    floors = list(ROOMS)
    up = [
        (room, other)
        for room, below in ROOMS.items()
        for other in below
        if other in floors[: floors.index(room)]
    ]
    assert up == []


@pytest.mark.parametrize("package", ["compiler", "runtime"])
def test_no_circle_of_folders_at_any_depth(package, imported):
    """Each folder is one point, whatever lies deeper in it: at depth 2, 3, … of the tree."""
    deepest = max(len(path.relative_to(ROOT).parts) for path in MODULES.values())
    for depth in range(2, deepest + 1):
        graph: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for name, path in MODULES.items():
            here, there = _folder(path, depth), {_folder(MODULES[other], depth) for other in imported[name]}
            graph.setdefault(here, set()).update(there - {here})
        assert _in_circles({k: v for k, v in graph.items() if k[0] == package}) == set()


def _folder(path: Path, depth: int) -> tuple[str, ...]:
    """The folder that a module counts for; a module right in a package's folder counts for itself."""
    parts = path.relative_to(ROOT).parts
    return parts if len(parts) == 2 else parts[: min(depth, len(parts) - 1)]


def _in_circles(graph: dict) -> set:
    done: set = set()
    while ready := [name for name in graph if name not in done and graph[name] & graph.keys() <= done]:
        done |= set(ready)
    return graph.keys() - done


def test_no_module_lies_in_an_import_circle():
    """Of imports that run when a module is loaded; a package's `__init__` that passes names on is none."""
    own = {name: path for name, path in MODULES.items() if path.name != "__init__.py"}
    graph = {}
    for name, path in own.items():
        found = set()
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        graph[name] = found & own.keys()
    assert _in_circles(graph) == set()


@pytest.mark.parametrize("package", sorted(MAY_NOT))
def test_neither_package_imports_what_it_must_do_without(package):
    other = {"compiler": "heldout.runtime", "runtime": "heldout.compiler"}[package]
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                assert name.partition(".")[0] not in MAY_NOT[package], f"{path} imports {name}"
                assert not f"{name}.".startswith(f"{other}."), f"{path} imports {name}"


def test_files_of_the_first_two_rooms_are_names_that_a_spec_may_use(imported):
    """But for a kind's contract, and for parts of one neighbour, which begin with an underscore."""
    named = dict(named_files(ROOT / "runtime"))
    for name, path in named.items():
        function = find(name)
        assert is_declared(function) and function.__name__ == path.stem
        assert hasattr(function, "__operator__") == ("operators" in path.relative_to(ROOT).parts)
    for path in sorted(
        [*(ROOT / "runtime/operators").rglob("*.py"), *(ROOT / "runtime/components").rglob("*.py")]
    ):
        if path in named.values() or path.name in ("__init__.py", "contract.py"):
            continue
        assert path.stem.startswith("_"), f"{path} has no name in specs: move it to the folder of its idea"
        dotted = next(name for name, file in MODULES.items() if file == path)
        users = [MODULES[name] for name, read in imported.items() if dotted in read]
        assert [file.parent for file in users] == [path.parent], f"{path} is a part of one neighbour alone"
