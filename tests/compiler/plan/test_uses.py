"""What a study uses of its catalog: what its cells choose, and nothing else."""

import pytest

from heldout.compiler.plan.uses import uses

STUDY = """
axes:
  method: {erm: {}, coral: {penalty: 2.0}}
  seed: {count: 2}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}", steps: 5}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed]}
claims:
  good:
    says: It is good.
    threshold: {metric: score.accuracy, above: 0.1, pair: [method, seed], alpha: 0.5}
"""


@pytest.fixture
def study(compiler):
    return compiler(STUDY)


def test_components_are_those_of_all_levels_and_of_defaults(study, catalog):
    found = study.uses
    assert set(found.operators) == {
        *("data/imported", "train/classifier", "evaluate/classification", "measure/mean")
    }
    assert found.operators["measure/mean"] == catalog.operators["measure/mean"].digest
    default = catalog.operators["train/classifier"].parameters["network"].default
    network = default if isinstance(default, str) else next(iter(default))
    assert set(found.components) == {"objectives/erm", "objectives/coral", f"networks/{network}"}
    assert found.components["objectives/coral"] == catalog.components["objectives"]["coral"].digest
    assert found.claims == {"claims/threshold": catalog.claims["threshold"].digest}
    assert found.digests == {**found.operators, **found.components, **found.claims}
    assert "claims/threshold" not in found.of_tasks


def test_a_level_that_no_cell_has_is_not_used(compiler):
    narrowed = STUDY.replace("stages:\n", "exclude: [{method: coral}]\nstages:\n", 1)
    assert "objectives/coral" not in compiler(narrowed).uses.components


def test_nothing_is_used_by_nothing(catalog):
    assert uses(catalog, [], []).digests == {}
