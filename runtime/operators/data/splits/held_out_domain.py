"""The domain that is never trained on."""

from typing import Annotated, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.rows.domains import in_out_split, known_domain
from heldout.runtime.subtype import SameAs


class HeldOutDomain(NamedTuple):
    test: Annotated[Dataset, Role.TEST, SameAs("data")]
    oracle: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.02, needs={"data": ("domain",)})
def held_out_domain(
    data: Dataset,
    *,
    domain: str | int | float,
    fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2,
    seed: int = 0,
) -> HeldOutDomain:
    """One domain, split in what the test reads and what only an oracle may select on.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4: test-domain validation (oracle) selects on a part of the test domain that the
    reported accuracy does not read.
    Differs from the paper: nothing.

    Args:
        data: examples of several domains.
        domain: the domain; a number and its text are the same name.
        fraction: of the domain's rows, rounded down, that go to `oracle`.
        seed: of the permutation of the domain.

    Returns:
        test: the domain's in-split (80 % by default), DomainBed's `env_in`.
        oracle: its out-split, DomainBed's `env_out`; test data too.

    Raises:
        ValueError: the domain is unknown, or one of its parts would be empty.
    """
    inside, out = in_out_split(data, [known_domain(data, domain)], fraction, seed)
    return HeldOutDomain(data.take(inside), data.take(out))
