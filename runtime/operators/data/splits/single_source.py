"""Train on one domain, test on all others."""

from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.rows.domains import in_out_split, known_domain, other_domains
from heldout.runtime.subtype import SameAs


class SingleSource(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    select: Annotated[Dataset, Role.SELECT, SameAs("data")]
    test: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.02, needs={"data": ("domain",)})
def single_source(
    data: Dataset,
    *,
    domain: str | int | float,
    fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2,
    seed: int = 0,
) -> SingleSource:
    """One domain to train and select on, all rows of all others to test on.

    Volpi et al. 2018, "Generalizing to Unseen Domains via Adversarial Data Augmentation"
    (arXiv:1805.12018), section 4: single-source domain generalization.
    Differs from the paper: the source is split as in DomainBed, by fraction and seed.

    Args:
        data: examples of several domains.
        domain: the source; a number and its text are the same name.
        fraction: of the source's rows, rounded down, that go to `select`.
        seed: of the permutation of the source.

    Returns:
        train: in-split of the source, the rows that `data/training-domains` would train on.
        select: out-split of the source.
        test: every row of every other domain.

    Raises:
        ValueError: the domain is unknown or the only one, or a part of a domain would
            be empty.
    """
    source = known_domain(data, domain)
    targets = other_domains(data, {source})
    inside, out = in_out_split(data, [source], fraction, seed)
    test = np.flatnonzero(np.isin(data.domains.astype(str), targets))
    return SingleSource(data.take(inside), data.take(out), data.take(test))
