import pytest

from heldout.runtime.component import chosen
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
