from dataclasses import dataclass

import pytest

from heldout.runtime.component import Chosen, chosen
from heldout.runtime.components.networks.mlp import mlp


@pytest.mark.parametrize(
    ("choice", "parameters"), [("mlp", {}), ({"mlp": None}, {}), ({"mlp": {"width": 4}}, {"width": 4})]
)
def test_a_choice_is_a_name_or_a_name_with_parameters(choice, parameters):
    found = chosen("networks", choice)
    assert (found.name, found.function, found.parameters) == ("mlp", mlp, parameters)


def test_calling_it_supplies_what_the_study_does_not_say():
    assert chosen("networks", {"mlp": {"width": 4}})((2, 3)).num_features == 4


def test_hyperparameters_have_their_defaults():
    assert chosen("objectives", {"coral": {"penalty": 3.0}}).hyperparameters["penalty"] == 3.0
    assert chosen("objectives", "coral").hyperparameters["penalty"] != 3.0


def test_what_is_no_choice_is_refused():
    with pytest.raises(ValueError, match="one of networks must be chosen, not mlp, conv"):
        chosen("networks", {"mlp": {}, "conv": {}})
    with pytest.raises(ValueError, match="no operator or component 'networks/mpl'"):
        chosen("networks", "mpl")


@dataclass(frozen=True, kw_only=True)
class Size:
    width: int
    depth: int = 2


def test_a_dataclass_is_given_what_the_study_says_of_its_fields():
    def area(scale, *, size: Size, unit: str = "m"):
        return scale * size.width * size.depth, unit

    assert Chosen("area", area, {"width": 3})(10) == (60, "m")
    assert Chosen("area", area, {"width": 3, "depth": 5, "unit": "cm"})(1) == (15, "cm")
    with pytest.raises(TypeError, match="width"):
        Chosen("area", area, {"depth": 5})(1)
