from dataclasses import dataclass, field
from typing import Annotated

import pytest
from pydantic import Field

from heldout.runtime.groups import Searched, grouped, groups
from heldout.runtime.machine.catalog.documentation import documentation
from heldout.runtime.machine.catalog.signature import REQUIRED, component_parameters
from heldout.runtime.operator import loguniform, uniform
from heldout.runtime.resources import Resources


@dataclass(frozen=True)
class Rarely:
    """What is rarely said.

    Attributes:
        average: of weights.
    """

    average: float = 0.0


@dataclass(frozen=True)
class Pace:
    """How long and how fast.

    Attributes:
        steps: updates.
        rate: of learning.
        clip: of gradients.
    """

    steps: int
    rate: Annotated[float, Field(gt=0), uniform(0.0, 1.0)] = 0.1
    clip: float | None = None
    rarely: Rarely = Rarely(0.9)


@dataclass(frozen=True)
class Unclipped(Pace):
    """One that clips nothing."""

    clip: None = field(default=None, init=False)


def trainer(
    *,
    pace: Annotated[Pace, Searched(rate=loguniform(1e-4, 1e-2), steps=uniform(1, 9))] = Pace(5, clip=1.0),
    seed: int = 0,
) -> None:
    """Train.

    Args:
        rate: the highest.
    """


def test_the_instance_in_the_signature_decides_the_defaults():
    found = {one.name: one.default for one in component_parameters(trainer)}
    assert found == {"steps": 5, "rate": 0.1, "clip": 1.0, "average": 0.9, "seed": 0}


def test_without_an_instance_the_class_does():
    def bare(*, pace: Pace) -> None: ...

    found = {one.name: one.default for one in component_parameters(bare)}
    assert found == {"steps": REQUIRED, "rate": 0.1, "clip": None, "average": 0.9}
    assert grouped({"steps": 3}, groups(bare)) == {"pace": Pace(3)}


def test_parameters_are_put_where_they_belong_and_the_rest_stays_as_it_is_by_default():
    given = grouped({"seed": 1, "rate": 0.5, "average": 0.2}, groups(trainer))
    assert given == {"seed": 1, "pace": Pace(5, 0.5, 1.0, Rarely(0.2))}
    assert grouped({}, groups(trainer)) == {"pace": Pace(5, clip=1.0)}


def test_a_signature_gives_priors_in_the_place_of_the_groups():
    notes = {one.name: one.notes for one in component_parameters(trainer)}
    assert notes["rate"][0] == loguniform(1e-4, 1e-2)
    assert notes["steps"] == (uniform(1, 9),)
    assert len(notes["rate"]) == 3  # its bound, and its own prior after ours

    def lost(*, pace: Annotated[Pace, Searched(rates=uniform(0, 1))]) -> None: ...

    with pytest.raises(ValueError, match="lost, parameter pace: Pace has no field rates"):
        component_parameters(lost)


def test_a_field_that_is_not_given_at_the_beginning_is_no_parameter():
    def unclipped(*, clip: str, pace: Unclipped = Unclipped(5)) -> None: ...

    names = [one.name for one in component_parameters(unclipped)]
    assert names == ["clip", "steps", "rate", "average"]
    assert grouped({"clip": "a model", "rate": 0.5}, groups(unclipped))["pace"] == Unclipped(5, 0.5)
    assert documentation(unclipped).parameters["rate"] == "of learning."


def test_resources_are_no_group():
    def reading(*, resources: Resources = Resources(), pace: Pace = Pace(5)) -> None: ...  # noqa: B008

    asked = Resources(workers=2)
    given = grouped({"resources": asked, "steps": 7}, groups(reading))
    assert given == {"resources": asked, "pace": Pace(7)}


def test_groups_are_documented_by_themselves_unless_the_function_does():
    said = documentation(trainer).parameters
    assert (said["steps"], said["rate"], said["average"]) == ("updates.", "the highest.", "of weights.")
