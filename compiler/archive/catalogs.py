"""The catalog of an archive, which anyone may have written: read, and held against what is known here.

An operator's digest stands for its code, and its code for what it takes, gives and holds. So what a catalog
says of an operator whose digest this installation knows must be what this installation says of it. Of an
operator with another digest the archive has the only word.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError
from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaError as PatternError

from heldout.compiler.analysis.values import pattern
from heldout.compiler.archive import contents
from heldout.compiler.archive.documents import read_json
from heldout.compiler.archive.names import name_fault
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.catalog import Catalog, Component, Operator

# Names of operators and components reach the Snakefile, file names and module names. A user's operators are
# called after their file, which may be called anything that a file may.
_FUNCTION = re.compile(r"\w[\w-]*")
_MODULE = re.compile(r"(.*/)?[^/]+\.py")
_PORT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_PROSE = frozenset({"summary", "doc", "description", "title"})
_DEEPEST = 30  # of a schema; those that are shipped have 8
_FORBIDDEN = frozenset({"$ref", "$id", "patternProperties"})

Entry = TypeVar("Entry", Operator, Component)


@dataclass(frozen=True)
class Judged:
    """A catalog that anyone may have written, beside what is known here.

    Attributes:
        catalog: as written, but that what is known here is put in the place of what differs from it.
        different: names of which it says something else than their digests stand for.
        known: digests of operators and components by name, of which it says what is known here.
    """

    catalog: Catalog
    different: tuple[str, ...]
    known: Mapping[str, str]

    def unknown(self, used: Mapping[str, str]) -> tuple[str, ...]:
        """Those of some operators and components of which the archive alone says what they are.

        Args:
            used: digests by name.
        """
        return tuple(sorted(name for name, digest in used.items() if self.known.get(name) != digest))


def read_catalog(path: Path) -> Catalog:
    """A catalog whose names are safe to be written into files and programs, and whose schemas are whole.

    Its digest is computed, and what it says of that itself is not looked at.

    Raises:
        ArchiveRefused: it is none, or says what the runtime would not write.
    """
    try:
        said = Catalog.model_validate(read_json(contents.CATALOG, path.read_bytes()))
        catalog = said.model_copy(update={"digest": said.computed_digest})
    except (ValidationError, ValueError, RecursionError) as error:
        raise ArchiveRefused("wrong-format", f"its catalog cannot be read: {str(error)[:300]}") from error
    _refuse_names(catalog)
    for name, schema in _schemas(catalog):
        if fault := schema_fault(schema):
            raise ArchiveRefused("wrong-format", f"its catalog, {name[:200]!a}: {fault}")
    return catalog


def _refuse_names(catalog: Catalog) -> None:
    for module in (module for modules in catalog.neighbours for module in modules):
        if name_fault(module) or not _MODULE.fullmatch(module):
            raise ArchiveRefused("unsafe-name", f"its catalog names a module {module[:200]!a}")
    for name, entry in _entries(catalog):
        folder, _, function = name.partition("/")
        if name_fault(folder) or not _FUNCTION.fullmatch(function):
            raise ArchiveRefused("unsafe-name", f"its catalog names an operator or component {name[:200]!a}")
        outputs = entry.outputs if isinstance(entry, Operator) else {}
        ports = entry.ports if isinstance(entry, Operator) else {}
        for port in (*ports, *entry.parameters, *outputs):
            if not _PORT.fullmatch(port):
                raise ArchiveRefused("unsafe-name", f"its catalog names a port or parameter {port[:200]!a}")


def _entries(catalog: Catalog) -> Iterator[tuple[str, Operator | Component]]:
    yield from catalog.operators.items()
    for kind, components in catalog.components.items():
        yield from ((f"{kind}/{name}", component) for name, component in components.items())


def _schemas(catalog: Catalog) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entry in _entries(catalog):
        yield from ((name, parameter.schema_) for parameter in entry.parameters.values())
        if isinstance(entry, Component):
            yield from (
                (name, schema) for refusal in entry.decided.refused for schema in refusal.when.values()
            )


def schema_fault(schema: Mapping[str, Any]) -> str:
    """What keeps a JSON schema from being used; empty where nothing does."""
    for depth, node in _nodes(schema, 1):
        if depth > _DEEPEST:
            return f"a schema is nested deeper than {_DEEPEST}"
        if found := _FORBIDDEN & node.keys():
            return f"a schema has {min(found)}, which the runtime does not write"
        if isinstance(node.get("pattern"), str):
            try:
                pattern(node["pattern"])
            except PatternError:
                return f"the pattern {node['pattern'][:100]!a} is none that is looked for in linear time"
    try:
        Draft7Validator.check_schema(schema)
    except SchemaError as error:
        return f"a schema is none: {error.message[:200]}"
    return ""


def _nodes(value: Any, depth: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield depth, value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    if depth <= _DEEPEST:
        for child in children:
            yield from _nodes(child, depth + 1)


def judged(said: Catalog, here: Catalog) -> Judged:
    """A catalog that anyone may have written, held against one that this installation made.

    Descriptions may differ, since no digest is of them.
    """
    known: dict[str, str] = {}
    different: list[str] = []

    def entry(name: str, one: Entry, ours: Entry | None) -> Entry:
        if ours is None or ours.digest != one.digest:
            return one
        known[name] = one.digest
        if _meaning(one) == _meaning(ours):
            return one
        different.append(name)
        return ours

    operators = {n: entry(n, one, here.operators.get(n)) for n, one in said.operators.items()}
    components = {
        kind: {n: entry(f"{kind}/{n}", one, here.components.get(kind, {}).get(n)) for n, one in ones.items()}
        for kind, ones in said.components.items()
    }
    # No digest is of a kind alone: those that are known here are what they are here.
    kinds = {name: here.kinds.get(name, kind) for name, kind in said.kinds.items()}
    ours = {name for name, _ in _entries(here)}
    aliases = {old: new for old, new in said.aliases.items() if here.aliases.get(old, new) == new}
    for old in sorted(said.aliases.keys() - {old for old in aliases if old not in ours}):
        different.append(old)
        aliases.pop(old, None)
    if here.neighbours and here.neighbours != said.neighbours:
        different.append("the modules of its operator files")
    catalog = said.model_copy(
        update={"operators": operators, "components": components, "kinds": kinds, "aliases": aliases}
    )
    return Judged(catalog, tuple(different), known)


def _meaning(entry: BaseModel) -> str:
    return json.dumps(_without_prose(entry.model_dump(mode="json", by_alias=True)), sort_keys=True)


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not (k in _PROSE and isinstance(v, str))}
        return {key: _without_prose(child) for key, child in kept.items()}
    return [_without_prose(child) for child in value] if isinstance(value, list) else value


def in_words(names: Sequence[str], most: int = 5) -> str:
    """Some names, and how many more there are."""
    more = f", and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
