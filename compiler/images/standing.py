"""How an image stands to the heldout that would use it: what of the catalog here it holds."""

from dataclasses import dataclass

from heldout.compiler.digests import Other
from heldout.compiler.images.holdings import Holdings


@dataclass(frozen=True)
class Standing:
    """How an image stands to the catalog of a heldout.

    Attributes:
        operators: that are in both, the same; and
        of_operators: that the heldout has.
        components: likewise, and
        of_components: that the heldout has.
        lacks: what of it the image has not, or in another version.
    """

    operators: int
    of_operators: int
    components: int
    of_components: int
    lacks: tuple[Other, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it serves every study of that heldout."""
        return not self.lacks

    @property
    def only_lags(self) -> bool:
        """Whether everything that it lacks was added since: what both have is the same."""
        return all(one.missing for one in self.lacks)

    @property
    def text(self) -> str:
        """In words."""
        return (
            f"holds {self.operators} of {self.of_operators} operators and {self.components} of "
            f"{self.of_components} components of this version"
        )


def standing(held: Holdings, here: Holdings) -> Standing:
    """How an image stands to a catalog.

    Args:
        held: what the image holds.
        here: what the catalog does.
    """
    lacks = held.lacks(here.digests)
    operators = sum(one.name in here.operators for one in lacks)
    return Standing(
        operators=len(here.operators) - operators,
        of_operators=len(here.operators),
        components=len(here.components) - sum(one.name in here.components for one in lacks),
        of_components=len(here.components),
        lacks=lacks,
    )
