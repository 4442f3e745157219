"""How domains are named, and which rows of which domain a split takes."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from heldout.runtime.artifacts import Dataset
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.rows.columns import composed


def domain_name(domain: str | int | float) -> str:
    """A domain's name as a string: `15` for 15 and for 15.0, `0.1` for 0.1, text composed (NFC)."""
    if isinstance(domain, float) and domain.is_integer():
        domain = int(domain)
    return composed(str(domain))


def known_domain(data: Dataset, domain: str | int | float) -> str:
    """The name of a domain that the data have.

    Raises:
        ValueError: the data have no such domain.
    """
    name = domain_name(domain)
    if name not in data.domain_names:
        raise ValueError(f"the data have no domain {name!r}; they have {', '.join(data.domain_names)}")
    return name


def other_domains(data: Dataset, without: Iterable[str | int | float]) -> tuple[str, ...]:
    """The domains that are left when some are taken out, in the data's order.

    Raises:
        ValueError: a domain to take out is unknown, or none is left.
    """
    taken = {known_domain(data, domain) for domain in without}
    left = tuple(name for name in data.domain_names if name not in taken)
    if not left:
        raise ValueError(f"no domain is left without {', '.join(sorted(taken))}")
    return left


class InOut(NamedTuple):
    """The two parts of a domain, in DomainBed's words.

    Attributes:
        inside: positions of the rows that training, or the final test, reads.
        out: positions of the rows held out for choosing.
    """

    inside: np.ndarray
    out: np.ndarray


def in_out_split(data: Dataset, domains: Iterable[str], fraction: float, seed: int) -> InOut:
    """Split each of these domains in two.

    As DomainBed (arXiv:2007.01434, `scripts/train.py`): a domain of n rows is permuted and its
    first floor(fraction * n) rows are the out-split, the others the in-split. The permutation is
    of the stream (`split`, domain) of the seed, so it is the same whichever domains are held
    out. Both parts keep the order of the data.

    Raises:
        ValueError: a part of a domain would be empty.
    """
    domain_of_row = data.domains
    inside, out = [], []
    for name in domains:
        positions = np.flatnonzero(domain_of_row == name)
        order = numpy_stream(seed, "split", name).permutation(len(positions))
        num_out = int(len(positions) * fraction)
        if fraction > 0 and not num_out:
            raise ValueError(
                f"domain {name!r} has {len(positions)} rows, of which fraction {fraction} takes none: it "
                f"needs {math.ceil(1 / fraction)}, or `fraction: 0` for no such part of any domain"
            )
        if num_out == len(positions):
            raise ValueError(f"fraction {fraction} leaves nothing of domain {name!r} ({num_out} rows)")
        out.append(positions[order[:num_out]])
        inside.append(positions[order[num_out:]])
    return InOut(_in_order(inside), _in_order(out))


def _in_order(parts: list[np.ndarray]) -> np.ndarray:
    return np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)
