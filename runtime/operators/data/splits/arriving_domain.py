"""One domain of several that arrive one after another: tested on first, and trained on later."""

from typing import Annotated

import numpy as np

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import ApartBy, Role, operator
from heldout.runtime.rows.domains import known_domain
from heldout.runtime.subtype import SameAs


@operator(seconds=0.02)
def arriving_domain(
    data: Dataset, *, domain: str | int | float
) -> Annotated[Dataset, Role.TEST, ApartBy("domain"), SameAs("data")]:
    """All rows of one domain, to test on when it arrives.

    Prequential evaluation, test-then-train: Gama, Sebastiao & Rodrigues 2013, "On evaluating stream
    learning algorithms" (Machine Learning 90), section 3: each example is first predicted and then learnt
    from. Here a domain at a time: along a sequence axis of domains, `{previous: …}` of this stage is what a
    later step trains on. Different domains have no row in common.
    Differs from the paper: steps are domains, not examples.

    Args:
        data: examples of several domains.
        domain: the domain; a number and its text are the same name.

    Raises:
        ValueError: the domain is unknown.
    """
    return data.take(np.flatnonzero(data.domains == known_domain(data, domain)))
