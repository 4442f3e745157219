"""Subtypes: what is in an artifact, where its kind does not say enough; written on ports with `Annotated`.

    def fit(data: Annotated[Dataset, Of("images", "features")]) -> Annotated[Model, Of("classifier")]: ...

A study in which an input would be given what it does not take does not compile. A port that says nothing
takes everything, and what an output holds that says nothing is not known and never refused.
`runtime/artifacts/subtypes.py` lists those of this package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Setting = str | int | float | bool | None


class Subtype(NamedTuple):
    """A subtype of an operator's own, in the place of a name: `Of(Subtype("spectra", "Spectra in `x`."))`.

    Attributes:
        name: in lower case, in the plural where it is of rows: messages say `a Dataset of spectra`.
        says: in a sentence, what holds for what is of it.
    """

    name: str
    says: str


@dataclass(frozen=True)
class Of:
    """On an input, the subtypes that it takes; on an output, the one that it is of.

    Of a function that returns a NamedTuple, what stands on the whole return type is said of the first output.
    An output may have several, each with `when`: the first counts whose parameters have these values. So
    `Of("features", when={"image": None}), Of("images")` are images wherever `image` is given.

    Attributes:
        subtypes: by name, or declared on the spot.
        when: on an output, parameters by name, each with the value at which it is of this.
    """

    subtypes: tuple[str | Subtype, ...]
    when: tuple[tuple[str, Setting], ...]

    def __init__(self, *subtypes: str | Subtype, when: Mapping[str, Setting] | None = None) -> None:
        object.__setattr__(self, "subtypes", subtypes)
        object.__setattr__(self, "when", tuple((when or {}).items()))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name if isinstance(one, Subtype) else one for one in self.subtypes)


@dataclass(frozen=True)
class SameAs:
    """An output is of the subtype of what this input is given, as the parts of a split are."""

    port: str


# What a network of images, of numbers or of encoded texts reads as `x`.
NETWORK_INPUTS = Of("images", "captioned images", "features", "encoded texts", "sums")
