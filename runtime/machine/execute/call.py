"""The call of an operator for one task, so that nothing but the task decides its result."""

import inspect
import random
from typing import Any

import numpy as np

from heldout.runtime.artifacts import Artifact
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.groups import grouped
from heldout.runtime.lookup import Function
from heldout.runtime.machine.catalog.signature import Output, Signature
from heldout.runtime.machine.execute.places import place_of
from heldout.runtime.machine.execute.shard import Task
from heldout.runtime.machine.execute.values import parameter_value
from heldout.runtime.operator import PinnedBy
from heldout.runtime.randomness import seed_globally
from heldout.runtime.resources import Resources


def arguments_of(
    function: Function,
    signature: Signature,
    task: Task,
    inputs: dict[str, Any],
    checkpoint: Checkpoint,
    resources: Resources,
) -> dict[str, Any]:
    """All arguments of one task's call, defaults among them.

    Raises:
        TypeError: a parameter is unknown, or one is missing.
        ValueError: nothing says where data lie that it reads.
    """
    known = {parameter.name: parameter for parameter in signature.parameters}
    if unknown := sorted(task.parameters.keys() - known.keys()):
        raise TypeError(f"the operator has no parameter {', '.join(unknown)}")
    arguments = {name: parameter_value(value, known[name]) for name, value in task.parameters.items()}
    for parameter in signature.parameters:
        pin = next((note.parameter for note in parameter.notes if isinstance(note, PinnedBy)), None)
        if pin is not None:
            arguments[parameter.name] = place_of(arguments[pin])
    if signature.checkpoint is not None:
        arguments[signature.checkpoint] = checkpoint
    if signature.resources is not None:
        arguments[signature.resources] = resources
    bound = inspect.signature(function).bind(**inputs, **grouped(arguments, signature.groups))
    bound.apply_defaults()
    return dict(bound.arguments)


def checked_outputs(signature: Signature, result: Any) -> dict[str, Artifact]:
    """What an operator returned, by port.

    Raises:
        TypeError: an output is not of the kind that was declared.
    """
    values = result._asdict() if signature.named_outputs else {signature.outputs[0].name: result}
    return {output.name: _checked(values[output.name], output) for output in signature.outputs}


def seed_global_generators(content: str) -> None:
    """An operator that draws from a global generator draws the same, whatever ran before it.

    Args:
        content: of its call, so that what it draws follows from what it is given, and from no name; of a
            task that reads nothing its identity, which says the same.
    """
    seed = int(content[:8], 16)
    random.seed(seed)
    np.random.seed(seed)
    seed_globally(seed)


def _checked(value: Any, output: Output) -> Artifact:
    if not isinstance(value, output.kind):
        kind = type(value).__name__
        raise TypeError(f"output {output.name} should be a {output.kind.__name__}, and is a {kind}")
    return value if output.labels else value.without_labels()
