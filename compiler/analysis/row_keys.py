"""`step` and `group`: what the values of one cell are told apart by, which stand where axes do.

A Table's rows may have a step, where they form a curve, and a group, where they are of a part of the data.
Which there are is not known before the study runs: a level that is named is looked for in the report.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.scope import OutputOf, Scope, is_cost
from heldout.compiler.catalog import Component
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.tree import Node, Scalar

STEP, GROUP = ROW_KEYS = ("step", "group")


def keys_of(scope: Scope, output: OutputOf | None) -> tuple[str, ...]:
    """The keys that the values of a metric may have: none where it is computed of others, one a cell."""
    if output is None or scope.stages[output.stage].compute is not None:
        return ()
    # Records are of single rows, and what a task cost is one number.
    if not scope.holds_metrics(output.stage, output.port) or is_cost(scope, output.stage, output.port):
        return ()
    return ROW_KEYS


def keys_needed(scope: Scope, output: OutputOf) -> tuple[str, ...]:
    """The keys without which a metric has no value: those of an output that has groups alone."""
    return (GROUP,) if scope.declared(output.stage, output.port).by_group else ()


def keys_among(*places: Any) -> tuple[str, ...]:
    """The keys that are named: each place holds a name, a list of names, or a mapping from names."""
    lists = [place if isinstance(place, list | Mapping) else [place] for place in places]
    named = [name for names in lists for name in names]
    return tuple(key for key in ROW_KEYS if key in named)


def keys_of_claim(
    component: Component, parameters: Mapping[str, Any], compared: bool = False
) -> tuple[str, ...]:
    """The keys that a claim names as axes, or keeps to some of their levels.

    Args:
        parameters: by name, as plain values.
        compared: those alone along which it compares.
    """
    names = component.playing("compared")
    if not compared:
        names = (*component.referring("axis"), *component.referring("where"))
    named = [parameters.get(name) for name in component.referring("level")]
    cells = [one for value in named for one in (value if isinstance(value, list) else [value])]
    return keys_among(
        *(parameters.get(name) for name in names), *(cell for cell in cells if isinstance(cell, Mapping))
    )


def varying(output: OutputOf, along: tuple[str, ...]) -> dict[str, Any]:
    """A metric as the report reads it, with the keys along which it is to vary beside its stage's axes."""
    metric = {"stage": output.stage, "port": output.port, "metric": output.metric}
    return metric | ({"along": list(along)} if along else {})


def check_key_level(key: str, node: Node) -> Iterator[Diagnostic]:
    """A level of `step` is a whole number, and one of `group` a number or a text."""
    value = node.value if isinstance(node, Scalar) else None
    if key == STEP and (not isinstance(value, int) or isinstance(value, bool)):
        yield Diagnostic("wrong-value", "a level of `step` is a whole number", node.span, "write `100`")
    elif key == GROUP and (value is None or isinstance(value, bool)):
        message = "a level of `group` is a number or a text"
        yield Diagnostic("wrong-value", message, node.span, "write what the group is called")
