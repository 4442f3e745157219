"""What a job may spend on a task that changes nothing about its result, as a stage's `resources` say."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resources:
    """An operator that asks for one by type is given its stage's; no part of a task's identity.

    Attributes:
        workers: processes that read and prepare examples beside the one that computes; 0: it does so itself.
        micro_batch: examples that go through a network at once, where a minibatch is cut into parts whose
            gradients are added up; None: all of them.
        sharded: whether the processes that compute a task together each hold a part of a model's weights, of
            their gradients and of the optimizer's moments, and not all of them.
    """

    workers: int = 0
    micro_batch: int | None = None
    sharded: bool = False

    def __post_init__(self) -> None:
        if self.workers < 0 or (self.micro_batch is not None and self.micro_batch < 1):
            raise ValueError(f"workers are 0 or more and a micro-batch is 1 or more, not {self}")


NONE_ASKED = Resources()
