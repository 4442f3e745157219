"""Which way a metric is better: as the operator says that makes it, unless the study says otherwise."""

from heldout.compiler.analysis.metric_facts import facts_of
from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import draw

SPEC = """heldout: 1
study: facts
axes:
  penalty: [0, 1, 10]
  seed: {count: 3}
stages:
  patients: {use: data/diabetes-progression}
  split: {use: data/random-split, data: "${patients}", seed: "${seed}"}
  model: {use: train/linear-regression, data: "${split.train}", penalty: "${penalty}"}
  score: {use: evaluate/regression, model: "${model}", data: "${split.test}"}
  validation: {like: score, data: "${split.select}"}
  chosen:
    use: select/best
    candidates: ${score}
    criterion: ${validation.rmse}
    direction: min
    over: [penalty]
tables:
  errors: {rows: penalty, columns: seed, value: score.rmse}
"""
CATALOG = load_catalog()


def facts(text=SPEC):
    found, problems = compile_spec(text.encode(), "facts.yaml", None, CATALOG)
    assert found is not None, draw(problems, {"facts.yaml": text})
    return {
        (one["stage"], one["metric"]): {k: one[k] for k in ("better", "unit") if k in one}
        for one in facts_of(found.scope)
    }


def test_an_operator_says_which_way_its_metrics_are_better():
    found = facts()
    assert found["score", "rmse"] == {"better": "lower"}
    assert found["validation", "r2"] == {"better": "higher"}


def test_what_passes_metrics_on_passes_on_what_is_said_of_them():
    assert facts()["chosen", "worst_group_mae"] == {"better": "lower"}
    assert ("chosen", "criterion") not in facts()


def test_the_study_goes_before_the_operator_in_what_it_says():
    said = SPEC + "metrics:\n  score.r2: {unit: percent}\n  score.rmse: {better: higher}\n"
    found = facts(said)
    assert found["score", "r2"] == {"better": "higher", "unit": "percent"}
    assert found["score", "rmse"] == {"better": "higher"}
    assert found["validation", "rmse"] == {"better": "lower"}
