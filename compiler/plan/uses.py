"""What of a catalog a study uses: its stages' operators, the components they choose, kinds of claims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from heldout.compiler.catalog import Catalog
from heldout.compiler.digests import LIBRARIES
from heldout.compiler.plan.expand import StageExpansion


@dataclass(frozen=True)
class Uses:
    """Names, each with the digest that a study was compiled with.

    Attributes:
        operators: `train/classifier`.
        components: that parameters of stages choose, `objectives/coral`.
        claims: kinds of claims, `claims/compare`: components too, by which no task is computed.
        libraries: that the code takes from, `libraries/torch`, with their major and minor versions.
    """

    operators: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)

    @property
    def of_tasks(self) -> dict[str, str]:
        """What computes results."""
        return {**self.operators, **self.components}

    @property
    def digests(self) -> dict[str, str]:
        """All of it: what computes results, with which libraries, and what judges them."""
        return {**self.of_tasks, **self.claims, **self.libraries}


def uses(catalog: Catalog, expansions: Iterable[StageExpansion], kinds: Iterable[str]) -> Uses:
    """What some stages and claims use, over all cells that there are.

    Args:
        catalog: that they were compiled against.
        expansions: of the stages; one without tasks uses nothing.
        kinds: of the claims.
    """
    operators: dict[str, str] = {}
    components: dict[str, str] = {}
    libraries: set[str] = set()
    for expansion in expansions:
        if not expansion.is_empty:
            operators[expansion.stage.use] = expansion.operator.digest
            libraries |= {*expansion.operator.libraries}
            for name, component in expansion.components().items():
                components[name] = component.digest
                libraries |= {*component.libraries}
    return Uses(
        operators,
        components,
        claims={f"claims/{kind}": catalog.claims[kind].digest for kind in kinds},
        libraries={f"{LIBRARIES}/{name}": release for name, release in catalog.releases(libraries).items()},
    )
