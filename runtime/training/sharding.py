"""A module whose weights are cut over the processes of a task: which weights, and how each gets its part.

By torch's FSDP2. Every block of a network of transformers is a unit whose weights are together while it
computes, and so is what lies around its blocks. A head, and what several modules have in common, stays whole
in every process.
"""

from collections import Counter
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor

from heldout.runtime.checkpoint_parts import rows_of
from heldout.runtime.device import Precision
from heldout.runtime.distributed import world


def shard(module: nn.Module, network: nn.Module, device: torch.device, precision: Precision) -> None:
    """Cut the weights of a network of transformers over all processes, in place.

    Each process reads its part of them: of weights that are mapped from files, no others are read. They are
    float32 afterwards; in bfloat16 they are together in bfloat16 while they compute, and gradients are added
    up in float32.

    Args:
        module: on the CPU, the same in every process.
        network: of transformers, in it.
        device: where the module goes.
        precision: of the forward pass.

    Raises:
        ValueError: the network is none of transformers that has blocks.
    """
    blocks = list(blocks_of(network))
    if not blocks or not hasattr(network, "save_pretrained"):
        raise ValueError(
            f"{type(network).__name__} is no network of transformers with blocks, whose weights could be cut "
            "over processes: leave `sharded` out"
        )
    mesh = init_device_mesh(device.type, (world().size,))
    policy = MixedPrecisionPolicy()
    if precision == "bfloat16":
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    inside = around_blocks(network)
    shared = shared_by_modules(module)
    sources = _without_memory(inside, shared)
    for unit in [*blocks, inside]:
        fully_shard(unit, mesh=mesh, mp_policy=policy, ignored_params=shared)
    for weight in network.parameters():
        if not isinstance(weight, DTensor):
            weight.data = weight.detach().to(torch.float32, copy=True)  # it may be mapped from a file
    module._apply(lambda one: torch.empty_like(one, device=device) if one.is_meta else one.to(device))
    with torch.no_grad():
        for name, weight in inside.named_parameters():
            if isinstance(weight, DTensor):
                part = weight.to_local()
                part.copy_(own_rows(sources.pop(name), len(part)))


def blocks_of(network: nn.Module) -> Iterator[nn.Module]:
    """The members of the outermost lists of modules, in order: layers of transformers, stages of others."""
    for child in network.children():
        if isinstance(child, nn.ModuleList):
            yield from child
        else:
            yield from blocks_of(child)


def around_blocks(network: nn.Module) -> nn.Module:
    """What is a unit besides the blocks: the network, or what is below the head of one that has a head.

    The head stays whole: losses call it apart from the network, in some processes more often than in others.
    """
    head = getattr(network, "get_output_embeddings", lambda: None)()
    below = getattr(network, "base_model", network)
    assert isinstance(below, nn.Module)
    return network if head is None else below


def shared_by_modules(module: nn.Module) -> set[nn.Parameter]:
    """The weights that several places of a module have in common, as inputs' and outputs' embeddings do."""
    places = Counter(weight for _, weight in module.named_parameters(remove_duplicate=False))
    return {weight for weight, count in places.items() if count > 1}


def own_rows(whole: Tensor, held: int) -> Tensor:
    """This process's rows of a weight, of which it is known how many there are."""
    here = world()
    rows = rows_of(len(whole), here.rank, here.size)
    if len(rows) != held:
        raise AssertionError(f"{held} rows are held of {len(whole)}, and {rows} are meant")
    return whole[rows.start : rows.stop]


def _without_memory(network: nn.Module, kept: set[nn.Parameter]) -> dict[str, Tensor]:
    """Take the weights of a network out of it, by name; shapes alone stay, in float32."""
    taken = {name: weight for name, weight in network.named_parameters() if weight not in kept}
    for name, weight in taken.items():
        around, _, own = name.rpartition(".")
        shape = torch.empty_like(weight, device="meta", dtype=torch.float32)
        setattr(network.get_submodule(around), own, nn.Parameter(shape, weight.requires_grad))
    return {name: weight.detach() for name, weight in taken.items()}
