"""Train on all domains but one, test on that one."""

from typing import Annotated, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.operators.data.splits.held_out_domain import held_out_domain
from heldout.runtime.operators.data.splits.training_domains import training_domains
from heldout.runtime.subtype import SameAs


class LeaveOneDomainOut(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    select: Annotated[Dataset, Role.SELECT, SameAs("data")]
    test: Annotated[Dataset, Role.TEST, SameAs("data")]
    oracle: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.02, needs={"data": ("domain",)})
def leave_one_domain_out(
    data: Dataset,
    *,
    domain: str | int | float,
    fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2,
    seed: int = 0,
) -> LeaveOneDomainOut:
    """All four parts of the data when one domain is held out.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4.
    Differs from the paper: nothing. The parts are those of `data/training-domains` and
    `data/held-out-domain` with the same domain, fraction and seed, row for row.

    Args:
        data: examples of several domains.
        domain: the domain held out; a number and its text are the same name.
        fraction: of each domain's rows, rounded down, in its out-split.
        seed: of the permutation of each domain.

    Returns:
        train: in-splits of the other domains.
        select: out-splits of the other domains.
        test: in-split of the held-out domain.
        oracle: out-split of the held-out domain; test data too.

    Raises:
        ValueError: the domain is unknown or the only one, or a part of a domain would
            be empty.
    """
    seen = training_domains(data, without={domain}, fraction=fraction, seed=seed)
    unseen = held_out_domain(data, domain=domain, fraction=fraction, seed=seed)
    return LeaveOneDomainOut(*seen, unseen.test, unseen.oracle)
