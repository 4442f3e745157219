"""One of the training domains, kept whole to select on."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.rows.domains import in_out_split, known_domain
from heldout.runtime.subtype import SameAs


@operator(seconds=0.02, needs={"data": ("domain",)})
def validation_domain(
    data: Dataset,
    *,
    domain: str | int | float,
    fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2,
    seed: int = 0,
) -> Annotated[Dataset, Role.SELECT, SameAs("data")]:
    """The in-split of one domain, to select on: a fold of leave-one-domain-out cross-validation.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4: a model trained without the test domain and without this one is scored on this
    one, and the scores of all folds are averaged. DomainBed scores on the domain's in-split.
    Differs from the paper: nothing.

    Args:
        data: examples of several domains.
        domain: the domain; a number and its text are the same name.
        fraction: of the domain's rows, rounded down, that are left out (the out-split); 0 takes
            all rows.
        seed: of the permutation of the domain.

    Raises:
        ValueError: the domain is unknown, or one of its parts would be empty.
    """
    return data.take(in_out_split(data, [known_domain(data, domain)], fraction, seed).inside)
