"""Every component is what its kind's contract says: what it is supplied, and what it gives back."""

import inspect
from typing import Any, get_args, get_type_hints

import pytest

from heldout.runtime.components.adaptations.contract import Adaptation
from heldout.runtime.components.claims.contract import Claim
from heldout.runtime.components.environments.contract import Levels
from heldout.runtime.components.gradient_transforms.contract import GradientTransform
from heldout.runtime.components.graph_networks.contract import GraphNetwork
from heldout.runtime.components.graph_shifts.contract import GraphShift
from heldout.runtime.components.language_models.contract import LanguageModel
from heldout.runtime.components.losses.contract import Loss
from heldout.runtime.components.networks.contract import Network
from heldout.runtime.components.objectives.contract import SUPPLIED, Objective
from heldout.runtime.components.optimizers.contract import BuildOptimizer
from heldout.runtime.components.prompts.contract import Prompting
from heldout.runtime.components.regression_losses.contract import RegressionLoss
from heldout.runtime.components.regression_objectives.contract import SUPPLIED as OF_REGRESSION
from heldout.runtime.components.regression_objectives.contract import RegressionObjective
from heldout.runtime.components.routers.contract import Router
from heldout.runtime.components.schedules.contract import Schedule
from heldout.runtime.components.string_tasks.contract import Task
from heldout.runtime.components.transforms.contract import Transform
from heldout.runtime.components.tunings.contract import Tuning
from heldout.runtime.lookup import ROOT, find, named_files

CONTRACTS = {
    "adaptations": Adaptation,
    "claims": Claim,
    "environments": Levels,
    "gradient-transforms": GradientTransform,
    "graph-networks": GraphNetwork,
    "graph-shifts": GraphShift,
    "language-models": LanguageModel,
    "losses": Loss,
    "networks": Network,
    "optimizers": BuildOptimizer,
    "prompts": Prompting,
    "regression-losses": RegressionLoss,
    "routers": Router,
    "schedules": Schedule,
    "string-tasks": Task,
    "transforms": Transform,
    "tunings": Tuning,
}


def components() -> list[str]:
    return [name for name, path in named_files() if path.relative_to(ROOT).parts[0] == "components"]


def supplied_to(name: str) -> dict[str, Any]:
    """The types of a component's parameters that no study writes."""
    function = find(name)
    hints = get_type_hints(function)
    own = inspect.signature(function).parameters.values()
    return {p.name: hints[p.name] for p in own if p.kind is not inspect.Parameter.KEYWORD_ONLY}


def test_every_kind_is_held_to_its_contract():
    kinds = {name.partition("/")[0] for name in components()}
    assert kinds == {*CONTRACTS, "objectives", "regression-objectives"}
    for kind in kinds:
        assert (ROOT / "components" / kind.replace("-", "_") / "contract.py").is_file()


@pytest.mark.parametrize("name", [name for name in components() if name.partition("/")[0] in CONTRACTS])
def test_a_component_is_what_its_contract_says(name):
    given, back = get_args(CONTRACTS[name.partition("/")[0]])
    wanted = [] if given is ... else [kind for kind in get_args(given) if kind is not ...]
    assert list(supplied_to(name).values()) == wanted
    assert get_type_hints(find(name))["return"] == back


@pytest.mark.parametrize("name", [name for name in components() if name.startswith("objectives/")])
def test_an_objective_asks_for_what_is_supplied(name):
    assert supplied_to(name).items() <= SUPPLIED.items()
    assert get_type_hints(find(name))["return"] in get_args(get_args(Objective)[1])


@pytest.mark.parametrize("name", [name for name in components() if name.startswith("regression-objectives/")])
def test_an_objective_of_regression_asks_for_the_loss_last(name):
    assert supplied_to(name).items() <= OF_REGRESSION.items()
    assert list(supplied_to(name))[-1] == "loss"
    assert get_type_hints(find(name))["return"] in get_args(get_args(RegressionObjective)[1])
