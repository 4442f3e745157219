"""A causal language model whose weights lie in parts, one a process: how it is put so, looked at and kept."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn
from torch.distributed.fsdp import FSDPModule

from heldout.runtime.artifacts import Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import autocast_to
from heldout.runtime.distributed import world
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.language_model import Network, language_model_in_files
from heldout.runtime.models.tuned import network_in
from heldout.runtime.resources import Resources
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.sharding import shard
from heldout.runtime.training.whole_weights import whole_weights


def is_in_parts(resources: Resources, start: Model | None, tuned: bool) -> bool:
    """Whether each of several processes is to hold a part of the model.

    Args:
        resources: of the stage.
        start: what training begins with.
        tuned: whether an adapter is trained, and not all weights.

    Raises:
        ValueError: they are, and the model cannot lie in parts.
    """
    if not (resources.sharded and world().size > 1):
        return False
    if tuned:
        raise ValueError("a `tuning` is trained beside whole weights: leave `tuning` or `sharded` out")
    if start is not None and start.base is not None:
        raise ValueError(
            "the weights of a tuned model change as it is read, and are not read in parts: start from what "
            "adapters/merge makes of it, or leave `sharded` out"
        )
    return True


def put_in_parts(module: CausalNetwork, device: torch.device, plan: Plan) -> None:
    """Cut the weights of a network of transformers over all processes, in place; its head stays whole.

    Raises:
        ValueError: the network is none of transformers, or it is to be compiled.
    """
    if plan.options.compile:
        raise ValueError("sharded weights are not compiled: leave `compile` or `sharded` out")
    shard(module, network_in(module), device, plan.precision)


@contextmanager
def looked_at(module: nn.Module, device: torch.device, plan: Plan) -> Iterator[None]:
    """Around forward passes without a backward pass, which is what else puts weights back in parts."""
    with autocast_to(plan.precision, device):
        yield
    for unit in module.modules():
        if isinstance(unit, FSDPModule):
            unit.reshard()


def model_from_parts(
    module: CausalNetwork, network: Network, vocabulary: int, checkpoint: Checkpoint
) -> Model:
    """What `language_model_artifact` gives, in files of 2 GB beside the checkpoint. All processes call it.

    Of them the first alone has the weights.
    """
    folder = checkpoint.folder or Path(tempfile.mkdtemp(prefix="heldout-"))
    weights = whole_weights(module, folder / "whole")
    if not weights:
        return Model(weights, {})
    model = language_model_in_files(module, network, vocabulary, weights, folder / "model")
    shutil.rmtree(folder / "whole")
    return model
