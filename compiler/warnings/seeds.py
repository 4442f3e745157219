"""Stages that draw at random, and are given no seed where others are."""

from collections.abc import Iterator

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.study import Stage

SEED = "seed"


def unseeded(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """A stage that splits, trains or scores has a seed where the study varies seeds. Changes nothing.

    Sources of data have one data set in most studies, and are passed over.
    """
    seeded = {stage.name: axis for stage in scope.stages.values() if (axis := _axis(scope, reaches, stage))}
    if not seeded:
        return
    given, axis = next(iter(seeded.items()))
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        parameter = operator.parameters.get(SEED) if operator is not None else None
        if parameter is None or parameter.required or stage.argument(SEED) is not None:
            continue
        if stage.search is None and _draws(scope, stage):
            message = (
                f"`{stage.name}` draws alike for every seed of the study: its `{SEED}` is left at"
                f" {parameter.default}, and `{given}` has one"
            )
            hint = f"add `{SEED}: ${{{axis}}}`, or `{SEED}: {parameter.default}` where that is meant"
            yield Diagnostic("unseeded", message, stage.span, hint, "warning")


def _axis(scope: Scope, reaches: Reaches, stage: Stage) -> str | None:
    """The axis that a stage has its seed from; steps of a sequence are no seeds."""
    argument = stage.argument(SEED)
    axes = reaches.axes_of(argument.value) if argument is not None else ()
    return next((axis for axis in axes if axis not in scope.sequence_axes), None)


def _draws(scope: Scope, stage: Stage) -> bool:
    """Whether a stage splits rows, or trains or scores on them."""
    operator = scope.operator(stage)
    assert operator is not None
    splits = bool(operator.ports) and any(output.role for output in operator.outputs.values())
    return splits or any(port.use in ("trains", "evaluates") for _, port in scope.port_arguments(stage))
