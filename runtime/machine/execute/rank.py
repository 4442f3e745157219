"""A process that is not the first of those that compute tasks together: it computes, and keeps nothing."""

import torch

from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.lookup import Function
from heldout.runtime.machine.catalog.signature import operator_signature
from heldout.runtime.machine.execute.agreement import Agreement, Failure
from heldout.runtime.machine.execute.call import arguments_of, checked_outputs, seed_global_generators
from heldout.runtime.machine.execute.content import content_of
from heldout.runtime.machine.execute.inputs import InputLoader
from heldout.runtime.machine.execute.shard import Shard, Task
from heldout.runtime.machine.store import Store, StoreError

TERMINATED = 15  # the signal of a job that the first process says is to end


def follow(
    shard: Shard,
    function: Function,
    store: Store,
    agreement: Agreement,
    stop: StopSignal,
    loader: InputLoader,
) -> int:
    """Compute the tasks of a shard as the first process says.

    Returns:
        the exit code: 0, or 128 and the number of the signal that stopped the job.

    Raises:
        StoreError: the first process is gone, or says nothing.
    """
    for task in shard.tasks:
        match agreement.hear():
            case "stop":
                stop.received = stop.received or TERMINATED
                return 128 + stop.received
            case "compute":
                failure = _compute(task, shard, function, store, agreement, stop, loader)
                said = agreement.outcome(task.task, failure)
                if said is not None and said.fault:
                    raise StoreError(f"process {said.rank}: {said.error}: {said.message} ({said.fault})")
    return 0


def _compute(
    task: Task,
    shard: Shard,
    function: Function,
    store: Store,
    agreement: Agreement,
    stop: StopSignal,
    loader: InputLoader,
) -> Failure | None:
    """How the call of the operator ended, where it did not end well."""
    signature = operator_signature(function)
    try:
        store.refresh()
        inputs = loader.load(task, signature.ports)
        if inputs.absent:
            raise StoreError(f"not seen in the store by this process: {'; '.join(inputs.absent)}")
        checkpoint = Checkpoint(store.checkpoint_folder(task.task), stop, writes=False)
        arguments = arguments_of(function, signature, task, inputs.values, checkpoint, shard.resources)
        content = content_of(shard, task, signature.ports, inputs.contents) if task.inputs else None
        seed_global_generators(content or task.task)  # as the first process does
        with torch.enable_grad():
            checked_outputs(signature, function(**arguments))
    except (Exception, SystemExit) as error:
        return Failure.of(error, agreement.here.rank)
    finally:
        loader.forget_changed()
    return None
