"""Introspect every operator and component into the catalog."""

import ast
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from heldout.runtime.claim import Decided
from heldout.runtime.lookup import find, named_files, register_entry_points, register_file
from heldout.runtime.machine.catalog.aliases import alias_table
from heldout.runtime.machine.catalog.decided import decided_entry
from heldout.runtime.machine.catalog.digest import Digests
from heldout.runtime.machine.catalog.documentation import Documentation, documentation
from heldout.runtime.machine.catalog.kinds import kind_entries
from heldout.runtime.machine.catalog.schema import parameter_entry
from heldout.runtime.machine.catalog.signature import (
    Output,
    Parameter,
    Port,
    component_parameters,
    operator_signature,
)
from heldout.runtime.source.libraries import installed_release, libraries_of
from heldout.runtime.source.neighbours import neighbours_of

Json = dict[str, Any]
Function = Callable[..., Any]

LANGUAGE = 1  # the version of the catalog's own format


def build_catalog(operator_files: Sequence[Path] = ()) -> Json:
    """The catalog of this runtime, its entry points and the user's files.

    Raises:
        ValueError: something declared that the catalog cannot express; it is named.
    """
    functions = dict(_in_package())
    offered = register_entry_points()
    for path in operator_files:
        offered += register_file(path)
    functions |= {name: find(name) for name in offered}
    components: dict[str, list[str]] = {}
    for name, function in functions.items():
        if hasattr(function, "__component__"):
            components.setdefault(name.split("/")[0], []).append(name.split("/")[1])
    catalog: Json = {"heldout": LANGUAGE, "operators": {}, "components": {kind: {} for kind in components}}
    digests = Digests()
    for name, function in sorted(functions.items()):
        if hasattr(function, "__operator__"):
            catalog["operators"][name] = operator_entry(function, components, digests)
        else:
            kind, own = name.split("/")
            catalog["components"][kind][own] = component_entry(function, components, digests)
    catalog["aliases"] = alias_table(functions)
    catalog["kinds"] = kind_entries(f for f in functions.values() if hasattr(f, "__operator__"))
    return completed(catalog, operator_files)


def completed(catalog: Json, operator_files: Sequence[Path]) -> Json:
    """A catalog with what goes along with the user's files, its digest, and the libraries installed here."""
    if operator_files:
        catalog["neighbours"] = [_neighbours(path.absolute()) for path in operator_files]
    said = {key: value for key, value in catalog.items() if key not in ("digest", "libraries")}
    catalog["digest"] = _digest_of(said)
    catalog["libraries"] = _installed(catalog)  # of where it was written, and no part of what it is
    return catalog


def _installed(catalog: Json) -> dict[str, str]:
    """Major and minor version of every library that an operator or component takes from."""
    entries = [*catalog["operators"].values()]
    entries += [entry for kind in catalog["components"].values() for entry in kind.values()]
    libraries = sorted({library for entry in entries for library in entry["libraries"]})
    return {library: installed_release(library) or "" for library in libraries}


def rests_on(operator_files: Iterable[Path]) -> dict[str, str | None]:
    """The hashes of the users' modules that a catalog with these files was read from, where they lie.

    What would be one of these modules if it were there has None.
    """
    near = [neighbours_of(path.absolute()) for path in operator_files]
    there = [module for one in near for module in (*one.files, *one.elsewhere)]
    found: dict[str, str | None] = {str(path): None for one in near for path in one.missing}
    return found | {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in there}


def _neighbours(path: Path) -> list[str]:
    return [module.relative_to(path.parent).as_posix() for module in neighbours_of(path).files]


def _digest_of(catalog: Json) -> str:
    text = json.dumps(catalog, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def operator_entry(
    function: Function, components: dict[str, list[str]], digests: Digests | None = None
) -> Json:
    """What the catalog says of one operator."""
    signature = operator_signature(function)
    words = documentation(function, named_outputs=signature.named_outputs)
    outputs = {output.name: _output_entry(output, words) for output in signature.outputs}
    parameters = _parameters(signature.parameters, words, components, function)
    for name, parameter in parameters.items():
        others = {*parameter.get("apart", ()), *filter(None, [parameter.get("pinned_by")])}
        if strange := others - parameters.keys():
            where = f"{function.__module__}.{function.__name__}, parameter {name}"
            raise ValueError(f"{where}: it names {min(strange)!r}, and there is no such parameter")
    declared: Json = function.__operator__  # type: ignore[attr-defined]
    needs = declared.get("needs", {})
    if strange := needs.keys() - {port.name for port in signature.ports}:
        where = f"{function.__module__}.{function.__name__}"
        raise ValueError(f"{where}: it needs something of {min(strange)!r}, which is no input of it")
    return {
        "summary": words.summary,
        "doc": words.doc,
        "ports": {port.name: _port_entry(port, words, needs.get(port.name, ())) for port in signature.ports},
        "parameters": parameters,
        "outputs": outputs,
        "order": list(outputs),
        "first": next(iter(outputs)),
        "network": declared["network"],
        **({"distributed": True} if declared["distributed"] else {}),
        **({"sharded": True} if declared["sharded"] else {}),
        "seconds": declared["seconds"],
        "seeded": "seed" in parameters,
        "checkpoint": signature.checkpoint is not None,
        **({"resources": True} if signature.resources is not None else {}),
        **_identity(function, digests),
    }


def component_entry(
    function: Function, components: dict[str, list[str]], digests: Digests | None = None
) -> Json:
    """What the catalog says of one component."""
    words = documentation(function)
    parameters = _parameters(component_parameters(function), words, components, function)
    entry = {
        "summary": words.summary,
        "doc": words.doc,
        "parameters": parameters,
        **({"one_process": True} if getattr(function, "one_process", False) else {}),
        **_identity(function, digests),
    }
    for name, parameter in parameters.items():
        axis = parameter.get("refers", {}).get("axis")
        if axis is not None and parameters.get(axis, {}).get("refers") != {"to": "axis"}:
            where = f"{function.__module__}.{function.__name__}, parameter {name}"
            raise ValueError(f"{where}: what is of {axis!r} needs a parameter {axis!r} that is an AxisName")
    decided: Decided | None = getattr(function, "__decided__", None)
    if decided is not None:
        entry["decided"] = decided_entry(decided, parameters, f"{function.__module__}.{function.__name__}")
    return entry


def _identity(function: Function, digests: Digests | None) -> Json:
    found = (digests or Digests()).of(function)
    return {"digest": found.text, "libraries": libraries_of(found.modules)}


def _port_entry(port: Port, words: Documentation, needs: Sequence[str]) -> Json:
    return {
        "kind": port.kind.__name__,
        "gathered": port.gathered,
        "optional": port.optional,
        "missing": port.missing,
        "use": port.use.value,
        **({"needs": list(needs)} if needs else {}),
        **({"takes": list(port.takes.names)} if port.takes is not None else {}),
        "description": words.parameters.get(port.name, ""),
    }


def _output_entry(output: Output, words: Documentation) -> Json:
    entry: Json = {
        "role": output.role.value if output.role else None,
        "labels": output.labels,
        "metrics": list(output.metrics) if output.metrics is not None else None,
        "description": words.outputs.get(output.name, words.outputs.get("", "")),
    }
    if output.same_as is None:
        entry["kind"] = output.kind.__name__
    else:
        entry["same_as"] = output.same_as
    if output.metrics_from is not None:
        entry["metrics_from"] = output.metrics_from
    if output.apart_by is not None:
        entry["apart_by"] = output.apart_by
    if output.by_group:
        entry["by_group"] = True
    if output.facts:
        entry["facts"] = {metric: dict(said) for metric, said in output.facts.items()}
    if output.gives:
        entry["gives"] = [{"subtype": of.names[0], "when": dict(of.when)} for of in output.gives]
    if output.gives_as is not None:
        entry["gives_as"] = output.gives_as
    return entry


def _parameters(
    parameters: Iterable[Parameter],
    words: Documentation,
    components: dict[str, list[str]],
    function: Function,
) -> Json:
    where = f"{function.__module__}.{function.__name__}, parameter"
    return {
        parameter.name: parameter_entry(
            parameter, words.parameters.get(parameter.name, ""), components, f"{where} {parameter.name}"
        )
        for parameter in parameters
    }


def _in_package() -> Iterator[tuple[str, Function]]:
    """Every operator and component of the package; files that declare none have no business there.

    Raises:
        ValueError: a file does not declare one function of its own name.
    """
    for name, path in named_files():
        if (declared := _declared_in(path)) != [path.stem]:
            found = ", ".join(declared) or "nothing"
            raise ValueError(f"{path} declares {found}: one, named {path.stem}, is what belongs there")
        yield name, find(name)


def _declared_in(path: Path) -> list[str]:
    declared = []
    for node in ast.parse(path.read_bytes()).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Name) and called.id in ("operator", "component", "claim"):
                declared.append(node.name)
    return declared
