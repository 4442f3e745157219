"""The domains to train on, each split into a part to train and a part to select on."""

from typing import Annotated, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.rows.domains import in_out_split, other_domains
from heldout.runtime.subtype import SameAs


class TrainingDomains(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    select: Annotated[Dataset, Role.SELECT, SameAs("data")]


@operator(seconds=0.02, needs={"data": ("domain",)})
def training_domains(
    data: Dataset,
    *,
    without: set[str | int | float],
    fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2,
    seed: int = 0,
) -> TrainingDomains:
    """All domains but some, each split in two by the seed.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4 and appendix: training-domain validation.
    Differs from the paper: nothing. The permutation of a domain depends on the seed and the
    domain alone, so this and the other splits by domain agree row for row.

    Args:
        data: examples of several domains.
        without: domains to leave out; numbers and strings are the same name (15 and "15").
        fraction: of each domain's rows, rounded down, that go to `select`.
        seed: of the permutation of each domain.

    Returns:
        train: the in-split of every domain that is left.
        select: their out-split.

    Raises:
        ValueError: a domain is unknown, none is left, or a part of one would be empty.
    """
    inside, out = in_out_split(data, other_domains(data, without), fraction, seed)
    return TrainingDomains(data.take(inside), data.take(out))
