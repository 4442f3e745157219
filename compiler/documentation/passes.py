"""The compiler's passes in order, with what each proves: read from the code that runs them."""

import ast
import inspect
import itertools
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from heldout.compiler.compile import PHASES, compile_spec
from heldout.compiler.lower.emit import emit

Function = Callable[..., Any]
COMPILER = "heldout.compiler."


def passes() -> list[tuple[str, list[Function]]]:
    """By stage, what `compile_spec` runs in its order, a pass before the one that calls it; and lowering."""
    phases = {check: f"analysis, phase {i}" for i, phase in enumerate(PHASES, start=1) for check in phase}
    found = dict.fromkeys(_run_by(compile_spec))
    run = [pair for function in found for pair in _with_inner(function, _stage(function, phases), found)]
    run.append((_stage(emit, {}), emit))
    grouped = itertools.groupby(run, key=lambda pair: pair[0])
    return [(stage, [function for _, function in pairs]) for stage, pairs in grouped]


def is_pass(function: Function) -> bool:
    """Whether a function says that it rewrites (`Before: … After: …`) or checks (`Changes nothing.`)."""
    first = _summary(function)
    return first.startswith("Before: ") or first.endswith(" Changes nothing.")


def passes_text() -> str:
    """A table of the passes."""
    lines = ["| Stage | Pass | What it does |", "|---|---|---|"]
    for stage, functions in passes():
        for function in functions:
            summary = _summary(function).removesuffix(" Changes nothing.").replace("|", r"\|")
            path = function.__module__.removeprefix("heldout.").replace(".", "/")
            lines.append(f"| {stage} | [`{function.__name__}`]({path}.py) | {summary} |")
    return "\n".join(lines)


def _run_by(function: Function) -> Iterator[Function]:
    """What a function of the pipeline calls; of its own module's functions, what these call."""
    for called in _called_by(function):
        if called.__module__ == function.__module__:
            yield from _run_by(called)
        else:
            yield called


def _with_inner(
    function: Function, stage: str, others: Collection[Function]
) -> Iterator[tuple[str, Function]]:
    for inner in _passes_in(function, {function}):
        if inner not in others:
            yield from _with_inner(inner, stage, others)
    yield stage, function


def _passes_in(function: Function, seen: set[Function]) -> Iterator[Function]:
    """The passes that a function calls, itself or by other functions of its module."""
    for called in _called_by(function):
        if called in seen:
            continue
        seen.add(called)
        if is_pass(called):
            yield called
        elif called.__module__ == function.__module__:
            yield from _passes_in(called, seen)


def _stage(function: Function, phases: Mapping[Function, str]) -> str:
    return phases.get(function, function.__module__.removeprefix(COMPILER).partition(".")[0])


def _called_by(function: Function) -> Iterator[Function]:
    """The functions of the compiler that a function's own code names, in order; of a tuple, its members."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, ast.FunctionDef)
    names = [n for statement in definition.body for n in ast.walk(statement) if isinstance(n, ast.Name)]
    known = vars(sys.modules[function.__module__])
    for name in sorted(names, key=lambda name: (name.lineno, name.col_offset)):
        yield from _functions(known.get(name.id))


def _functions(value: object) -> Iterator[Function]:
    if isinstance(value, tuple):
        for member in value:
            yield from _functions(member)
    elif inspect.isfunction(value) and value.__module__.startswith(COMPILER):
        yield value


def _summary(function: Function) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
