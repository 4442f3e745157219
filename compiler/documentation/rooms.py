"""The rooms of the house: its door, every folder of the two packages, and which others each may import."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

DOOR = "src/heldout"

# From the top floor down: each room may import the rooms that are named after it, all of them below its own.
# A folder belongs to the nearest room around it. `.` is a package's own folder: in `src/heldout/` the door by
# which users come in, in `runtime/` the contract with operators and components; of `compiler/` each module
# beside the folders is a room too. A name that begins with a package is of that one.
FLOORS: Mapping[str, Mapping[str, str]] = {
    DOOR: {
        ".": (
            "studies compiler/run compiler/diagnostics compiler/refusal runtime/artifacts runtime "
            "src/heldout/version"
        ),
        "studies": (
            "compiler/run compiler/profiles compiler/diagnostics compiler/refusal compiler/words "
            "runtime/restoring "
            "runtime/machine/store runtime/results runtime/artifacts"
        ),
    },
    "compiler": {
        "cli": (
            "explanations garbage tasks reproduce recording suite run ledger schema archive terminal lower "
            "store launch lock compile profiles plan images syntax . digests catalog diagnostics environment "
            "files finding refusal programs words src/heldout/version"
        ),
        "documentation": (
            "explanations recording run ledger lower compile plan analysis syntax catalog files words"
        ),
        "recording": (
            "run ledger store lower compile syntax catalog diagnostics files refusal words "
            "src/heldout/version"
        ),
        "suite": "run ledger lower store launch profiles plan images syntax files refusal",
        "snakemake_entry": "run terminal images refusal",
        "explanations": "",
        "garbage": "run store refusal",
        "tasks": "run store compile plan diagnostics refusal",
        "reproduce": (
            "run archive lower store launch compile profiles plan analysis images "
            "digests catalog diagnostics environment files refusal"
        ),
        "schema": "analysis syntax image_names . catalog",
        "archive": (
            "run lower store lock compile plan analysis images syntax . catalog diagnostics environment "
            "files refusal strict_json words src/heldout/version"
        ),
        "run": (
            "ledger lower store launch lock compile profiles plan analysis images syntax catalog digests "
            "diagnostics environment files refusal words"
        ),
        "ledger": "lock compile plan analysis syntax refusal strict_json",
        "terminal": "diagnostics refusal",
        "lower": "store launch lock compile plan analysis images syntax files",
        "store": "compile refusal",
        "profiles": "launch diagnostics environment refusal programs",
        "launch": (
            "compile plan analysis images syntax digests catalog diagnostics environment files "
            "finding refusal programs"
        ),
        "lock": "compile plan analysis images . refusal",
        "compile": "warnings plan analysis syntax catalog diagnostics",
        "warnings": "plan analysis syntax diagnostics",
        "plan": "analysis syntax digests catalog diagnostics",
        "analysis": "syntax image_names catalog diagnostics",
        "images": ". digests catalog environment files refusal src/heldout/version",
        "syntax": ". diagnostics",
        "digests": "catalog",
        "image_names": "catalog",
        ".": "",
        "catalog": "refusal",
        "diagnostics": "refusal",
        "files": "",
        "finding": "",
        "refusal": "",
        "programs": "environment",
        "strict_json": "",
        "environment": "",
        "words": "",
    },
    "runtime": {
        "operators": (
            "components components/adaptations components/environments components/gradient_transforms "
            "components/graph_networks components/graph_shifts components/language_models "
            "components/losses components/networks components/objectives components/optimizers "
            "components/prompts components/regression_objectives components/regression_losses "
            "components/routers components/string_tasks components/transforms language_training asking "
            "restoring control prompting stacked_training classifier_training images scoring loading graphs "
            "models training rows hub language artifacts ."
        ),
        "restoring": "control graphs models hub language artifacts .",
        "control": "components/environments components/optimizers models training artifacts .",
        "language_training": "asking models training hub artifacts .",
        "asking": "models hub rows language artifacts .",
        "prompting": "components/prompts models artifacts .",
        "stacked_training": "classifier_training components/objectives training artifacts .",
        "classifier_training": (
            "components/objectives components/transforms loading models training artifacts ."
        ),
        "components/adaptations": "components/objectives models training artifacts .",
        "components/regression_objectives": "components/objectives components/regression_losses .",
        "components/environments": ".",
        "components/gradient_transforms": ".",
        "components/graph_networks": "graphs models hub .",
        "components/graph_shifts": "graphs artifacts .",
        "components/language_models": "models hub language .",
        "components/losses": ".",
        "components/networks": "models hub .",
        "components/objectives": "models training .",
        "components/prompts": "models .",
        "components/regression_losses": ".",
        "components/routers": "models artifacts .",
        "components/string_tasks": "language .",
        "components/tunings": "models .",
        "components": "",
        "machine/domainbed": "machine/report results .",
        "machine/report": (
            "machine/verdicts machine/execute machine/store evidence statistics results artifacts ."
        ),
        "machine/comparison": "machine/store results artifacts .",
        "machine/levels": "machine/store rows artifacts .",
        "machine/verdicts": "machine/catalog machine/store evidence statistics results .",
        "machine/execute": "machine/catalog machine/store scoring artifacts . source",
        "machine/catalog": "artifacts . source",
        "machine/store": "artifacts .",
        "machine": "",
        "components/claims": "evidence statistics results .",
        "evidence": "statistics results .",
        "statistics": ".",
        "results": "artifacts .",
        "images": "rows artifacts .",
        "scoring": "loading models artifacts .",
        "graphs": "artifacts .",
        "models": "hub language artifacts .",
        "training": "language artifacts .",
        "components/optimizers": ".",
        "components/schedules": ".",
        "rows": "artifacts .",
        "hub": "artifacts .",
        "language": "artifacts .",
        "loading": "components/transforms artifacts .",
        "components/transforms": ".",
        "artifacts": ".",
        ".": "source",
        "source": "",
    },
}


def _room(package: str, name: str) -> str:
    if any(f"{name}/".startswith(f"{other}/") for other in FLOORS):
        return name
    return package if name == "." else f"{package}/{name}"


ROOMS: Mapping[str, tuple[str, ...]] = {
    **{
        _room(package, name): tuple(_room(package, other) for other in below.split())
        for package, floors in FLOORS.items()
        for name, below in floors.items()
    },
    "src/heldout/version": (),  # the ground
}


def room_of(path: Path, root: Path) -> str:
    """The room of a module, or of a folder, by its path under the repository.

    Raises:
        ValueError: it belongs to no room.
    """
    place = path.relative_to(root)
    for name in (place.with_suffix("").as_posix(), *(parent.as_posix() for parent in place.parents)):
        if name in ROOMS:
            return name
    raise ValueError(f"{place} belongs to no room: give it one in {__name__}")


def modules(root: Path) -> dict[str, Path]:
    """Every module by its dotted name; a folder's `__init__` by the folder's."""
    found = {}
    for package in FLOORS:
        base = root / package if package == DOOR else root
        for path in sorted((root / package).rglob("*.py")):  # which follows no links: the door has two
            parts = path.relative_to(base).with_suffix("").parts
            if parts != ("_version",):  # which builds write
                found[".".join(["heldout", *parts]).removesuffix(".__init__")] = path
    return found


def imports(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules of the two packages that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.module in known:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inside if name in known)
            if any(name not in known for name in inside):
                yield node.module


def rooms_text(root: Path) -> str:
    """A table of the rooms: what each holds, by the docstring of its package, and what it may import."""
    lines = ["| Folder | Holds | Imports |", "|---|---|---|"]
    for name, below in ROOMS.items():
        short = ", ".join(f"`{_short(other, name)}`" for other in below)
        path = _path_of(root, name)
        link = (path.parent if path.name == "__init__.py" else path).relative_to(root).as_posix()
        lines.append(f"| [`{name}`]({link}) | {_holds(path)} | {short} |")
    return "\n".join(lines)


def _short(other: str, name: str) -> str:
    """A room as a room of the same package calls it."""
    return other.removeprefix(f"{name.partition('/')[0]}/")


def _path_of(root: Path, name: str) -> Path:
    """The module that says what a room holds."""
    folder = root / name
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


def _holds(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    return text.split("\n\n")[0].replace("\n", " ")
