"""What each operator and component of the catalog takes, as schemas."""

import json
from collections.abc import Mapping, Set
from typing import Any

from heldout.compiler.catalog import ANY, Catalog, Component, Operator, Parameter, Port
from heldout.compiler.schema.forms import Schema, described, names, record, ref
from heldout.compiler.syntax.stage_reader import RESERVED_KEYS

_USES = {
    "trains": "trained on",
    "selects": "selected by",
    "adapts": "adapted to, its labels hidden",
    "evaluates": "scored",
    "queries": "asked, and not read",
    "carries": "",
}


def operator_definition(name: str) -> str:
    return f"operator.{name.replace('/', '.')}"


def former_operators(catalog: Catalog) -> dict[str, str]:
    """Former names of operators, which a study may still write -> the present ones."""
    return {old: new for old, new in sorted(catalog.aliases.items()) if new in catalog.operators}


def operator_definitions(catalog: Catalog) -> dict[str, Schema]:
    """Definitions of all operators, of components by kind, and of how a parameter names one."""
    summaries = {name: operator.summary for name, operator in sorted(catalog.operators.items())}
    former = {old: f"Now called {new}." for old, new in former_operators(catalog).items()}
    definitions: dict[str, Schema] = {"operators": names(summaries | former)}
    for name, operator in sorted(catalog.operators.items()):
        definitions[operator_definition(name)] = _operator(operator)
    named = {one.choice for operator in catalog.operators.values() for one in operator.parameters.values()}
    for kind, components in sorted(catalog.components.items()):
        if kind not in named:
            continue
        for name, component in sorted(components.items()):
            definitions[f"{kind}.{name}"] = _component(component)
        definitions[f"choice.{kind}"] = _choice(kind, components)
    for kind in sorted(set().union(*_kinds_of_arguments(catalog).values())):
        old = catalog.component_names[kind].keys() - catalog.components[kind].keys()
        definitions[f"shipped.{kind}"] = _shipped_choice(catalog.components[kind], old)
    return definitions


def shipped_arguments(catalog: Catalog) -> dict[str, Schema]:
    """Arguments that always name a component, kept to those of the catalog.

    They hold where a study brings no operators of its own, which may bring components too.
    """
    return {
        name: ref(f"shipped.{next(iter(kinds))}")
        if len(kinds) == 1
        else {"anyOf": [ref(f"shipped.{kind}") for kind in sorted(kinds)]}
        for name, kinds in sorted(_kinds_of_arguments(catalog).items())
    }


def _kinds_of_arguments(catalog: Catalog) -> dict[str, set[str]]:
    """By name, the kinds of component that arguments of this name choose, where all of them do."""
    kinds: dict[str, set[str | None]] = {}
    for operator in catalog.operators.values():
        for name, parameter in operator.parameters.items():
            # Members of lists are kept to the catalog's where their operator is.
            kinds.setdefault(name, set()).add(None if parameter.listed else parameter.choice)
        for name in operator.ports:
            kinds.setdefault(name, set()).add(None)
    return {
        name: {kind for kind in found if kind is not None}
        for name, found in kinds.items()
        if None not in found
    }


def hover(description: str, parameter: Parameter) -> str:
    """A parameter's description with its default and its prior, which editors do not show by themselves."""
    parts = [description[:1].upper() + description[1:]] if description else []
    if not parameter.required:
        parts.append(f"Default: `{json.dumps(parameter.default, ensure_ascii=False)}`.")
    if parameter.prior is not None:
        arguments = ", ".join(
            format(a, ".4g") if isinstance(a, float) else str(a) for a in parameter.prior.arguments
        )
        parts.append(f"Searched by default as `{parameter.prior.name}: [{arguments}]`.")
    return " ".join(parts)


def _operator(operator: Operator) -> Schema:
    properties: dict[str, Any] = dict.fromkeys(RESERVED_KEYS, True)
    properties |= {name: _port(port) for name, port in operator.ports.items()}
    properties |= {name: _parameter(p) for name, p in operator.parameters.items()}
    schema = described({"properties": properties, "additionalProperties": False}, operator.summary)
    ports = [name for name, port in operator.ports.items() if not port.optional]
    parameters = [name for name, p in operator.parameters.items() if p.required]
    # A stage that is like another, or takes shared keys over, has what it leaves out from there; one that
    # searches, from the draws.
    unless = [(["like", "with"], ports), (["like", "with", "search"], parameters)]
    rules = [
        {"if": {"anyOf": [{"required": [key]} for key in keys]}, "else": {"required": required}}
        for keys, required in unless
        if required
    ]
    return schema | ({"allOf": rules} if rules else {})


def _port(port: Port) -> Schema:
    kind = "any artifact" if port.kind == ANY else port.kind
    what = f"Input: {kind}" + (", or a list of them along `over`" if port.gathered else "")
    what += f", {_USES[port.use]}" if _USES.get(port.use) else ""
    what += "; may be left out" if port.optional else ""
    description = f"{what}. {port.description[:1].upper()}{port.description[1:]}".strip()
    schema = ref("inputs" if port.gathered else "input")
    return described({"anyOf": [schema, {"type": "null"}]} if port.optional else schema, description)


def _component(component: Component) -> Schema:
    required = [name for name, p in component.parameters.items() if p.required]
    properties = {name: _parameter(p) for name, p in component.parameters.items()}
    schema = described(record(properties, required), component.summary)
    return schema if required else schema | {"type": ["object", "null"]}


def _choice(kind: str, components: Mapping[str, Component]) -> Schema:
    by_name = {name: c.summary for name, c in sorted(components.items()) if not _needs_more(c)}
    given = {name: {"anyOf": [ref(f"{kind}.{name}"), ref("reference")]} for name in sorted(components)}
    mapping: Schema = {
        "type": "object",
        "properties": given,
        "additionalProperties": ref("expression"),
        "minProperties": 1,
        "maxProperties": 1,
    }
    underscored = {f"^{name.replace('-', '_')}$": given[name] for name in _hyphened(components)}
    if underscored:  # read as well, and not worth a second line in a list of completions
        mapping["patternProperties"] = underscored
    return {"anyOf": [*([names(by_name)] if by_name else []), ref("text"), mapping]}


def _shipped_choice(components: Mapping[str, Component], former: Set[str]) -> Schema:
    known = [*sorted(components), *(name.replace("-", "_") for name in _hyphened(components))]
    alone = [n for n in known if not _needs_more(components.get(n) or components[n.replace("_", "-")])]
    old = sorted(former)
    options: list[Schema] = [{"enum": [*alone, *old]}] if alone or old else []
    mapping = {"type": "object", "propertyNames": {"enum": [*known, *old, "search"]}}
    return {"anyOf": [*options, ref("reference"), mapping, {"type": "null"}]}


def _needs_more(component: Component) -> bool:
    return any(p.required for p in component.parameters.values())


def _hyphened(components: Mapping[str, Component]) -> list[str]:
    return [name for name in sorted(components) if "-" in name]


def _parameter(parameter: Parameter) -> Schema:
    description = hover(str(parameter.schema_.get("description", "")), parameter)
    if parameter.choice is not None:
        optional = {"type": "null"} in parameter.schema_.get("anyOf", [])
        choice = ref(f"choice.{parameter.choice}")
        if parameter.listed:
            choice = {"anyOf": [{"type": "array", "items": choice}, ref("reference")]}
        schema = described({"anyOf": [choice, {"type": "null"}]} if optional else choice, description)
    else:
        # Repeats in a set are no mistake: it is read as the set that it stands for.
        free = {k: v for k, v in parameter.schema_.items() if not (parameter.set and k == "uniqueItems")}
        schema = described(with_references(free), description)
    return schema | ({} if parameter.required else {"default": parameter.default})


def with_references(schema: Schema) -> Schema:
    """A parameter's schema in which references and draws may stand for any part of the value."""
    bare = {k: v for k, v in schema.items() if k not in ("description", "default", "title")}
    if not bare:
        return ref("expression")
    options = bare["anyOf"] if set(bare) == {"anyOf"} else [bare]
    found = [_inside(option) for option in options]
    admits = ref("draw") if ref("text") in found else ref("value")
    return {"anyOf": [*found, admits]}


def _inside(schema: Schema) -> Schema:
    schema = {k: v for k, v in schema.items() if k not in ("description", "default", "title")}
    if schema == {"type": "string"}:
        return ref("text")
    if "properties" in schema:
        schema["properties"] = {name: with_references(part) for name, part in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        part = schema.get(key)
        if isinstance(part, dict):
            schema[key] = with_references(part)
        elif isinstance(part, list):
            schema[key] = [with_references(one) for one in part]
        elif part is True:
            schema[key] = ref("expression")
    return schema
