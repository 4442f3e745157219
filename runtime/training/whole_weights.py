"""The weights of a sharded module, put together one by one into files, so that nobody holds all of them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from heldout.runtime.artifacts.stored_weights import StoredWeights
from heldout.runtime.distributed import world
from heldout.runtime.rights import make_folders

MOST_BYTES = 2 * 10**9  # of a file, which the first process holds


def whole_weights(module: nn.Module, folder: Path) -> Mapping[str, Tensor]:
    """A module's state by name, in files of the first process; in the others nothing. All processes call it.

    The memory that it takes is that of the largest weight, and in the first process of a file besides.

    Args:
        module: which may be sharded.
        folder: of the files, which nothing else lies in.
    """
    first = world().is_first
    if first:
        shutil.rmtree(folder, ignore_errors=True)
        make_folders(folder)
    paths: dict[str, Path] = {}
    waiting: dict[str, Tensor] = {}
    places: dict[int, str] = {}  # of the weights that several names have
    names: dict[str, str] = {}

    def write() -> None:
        name = f"{len(paths)}.safetensors"
        save_file(waiting, folder / name)
        paths[name] = folder / name
        waiting.clear()

    for name, value in module.state_dict(keep_vars=True).items():
        names[name] = places.setdefault(id(value), name)
        if names[name] != name:
            continue
        with torch.no_grad():
            whole = value.full_tensor() if isinstance(value, DTensor) else value
        if first:
            waiting[name] = whole.detach().cpu().contiguous()
            if sum(one.nbytes for one in waiting.values()) >= MOST_BYTES:
                write()
    if not first:
        return {}
    write()
    stored = StoredWeights(paths)
    return {name: stored[place] for name, place in names.items()}
