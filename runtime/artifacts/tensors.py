"""Tensors by name, one row an example, of which a view gathers only those that are asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts.positions import Chosen, Positions, positions_in
from heldout.runtime.artifacts.stored_file import StoredFile


class TakenTensor:
    """Some rows of a tensor, which may be mapped from a file; they are gathered at the first use."""

    def __init__(
        self, base: Tensor, positions: np.ndarray | None = None, source: StoredFile | None = None
    ) -> None:
        """Take rows.

        Args:
            base: [num_base_rows, ...].
            positions: those in it, int64; None is all of it.
            source: the file that the base is mapped from, if any.
        """
        self.base = base
        self.positions = positions
        self.source = source
        self._gathered: Tensor | None = None

    def __len__(self) -> int:
        return len(self.base) if self.positions is None else len(self.positions)

    @property
    def shape(self) -> tuple[int, ...]:
        """[num_rows, ...], of which nothing is read."""
        return (len(self), *self.base.shape[1:]) if self.base.dim() else ()

    @property
    def nbytes(self) -> int:
        """What the rows take, gathered or not."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.base.element_size()

    @property
    def held(self) -> tuple[Tensor, ...]:
        """The tensors there are, without gathering one."""
        return (self.base,) if self._gathered is None else (self.base, self._gathered)

    def tensor(self) -> Tensor:
        """The rows, [num_rows, ...]: the base itself where all are taken, else a copy that is kept."""
        if self.positions is None:
            return self.base
        if self._gathered is None:
            self._gathered = self.base[torch.from_numpy(self.positions)]
        return self._gathered

    def at(self, positions: np.ndarray) -> Tensor:
        """Those rows alone, a copy, [len(positions), ...]."""
        if self._gathered is not None:
            return self._gathered[torch.from_numpy(positions)]
        chosen = positions if self.positions is None else self.positions[positions]
        return self.base[torch.from_numpy(chosen)]

    def take(self, chosen: Chosen) -> "TakenTensor":
        """Rows of these rows; nothing is copied."""
        return TakenTensor(self.base, chosen.of(self.positions), self.source)


class Tensors(Mapping[str, Tensor]):
    """Tensors by name, first dimension aligned with the rows of their data.

    `tensors["x"]` is the whole tensor, which a view gathers then, once. `at`, `shape` and `nbytes` gather
    nothing; `without` and `|` carry what is not gathered along as it is, which a dict of the items would not.
    """

    def __init__(self, members: Mapping[str, Tensor | TakenTensor]) -> None:
        self.members = {
            name: member if isinstance(member, TakenTensor) else TakenTensor(member)
            for name, member in members.items()
        }

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> "Tensors":
        """The tensors themselves, or those of a mapping."""
        return tensors if isinstance(tensors, Tensors) else cls(tensors)

    def __getitem__(self, name: str) -> Tensor:
        with torch.inference_mode(False):  # it is kept, and others may train on it
            return self.members[name].tensor()

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __contains__(self, name: object) -> bool:  # Mapping's own would gather it
        return name in self.members

    def __repr__(self) -> str:
        return f"Tensors({', '.join(f'{name} {list(one.shape)}' for name, one in self.members.items())})"

    def __or__(self, other: Mapping[str, Tensor]) -> Self:
        """These with others, which stand in place of those of the same name."""
        return type(self)({**self.members, **Tensors.of(other).members})

    def without(self, names: Iterable[str]) -> Self:
        """All but those of these names."""
        hidden = set(names)
        return type(self)({name: one for name, one in self.members.items() if name not in hidden})

    def take(self, chosen: Chosen) -> Self:
        """The tensors of some rows; nothing is copied."""
        return type(self)({name: one.take(chosen) for name, one in self.members.items()})

    def at(self, name: str, positions: Positions) -> Tensor:
        """Those rows of one tensor, [len(positions), ...]; nothing else of it is read.

        Raises:
            IndexError: there is no such row.
            KeyError: there is no such tensor.
        """
        member = self.members[name]
        return member.at(positions_in(positions, len(member)))

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one tensor, of which nothing is read.

        Raises:
            KeyError: there is no such tensor.
        """
        return self.members[name].shape

    @property
    def nbytes(self) -> int:
        """What all rows take, gathered or not."""
        return sum(one.nbytes for one in self.members.values())

    @property
    def held(self) -> tuple[Tensor, ...]:
        """The tensors there are, without gathering one: what an operator may have changed in place."""
        return tuple(tensor for one in self.members.values() for tensor in one.held)
