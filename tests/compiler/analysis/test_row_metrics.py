"""Metrics of single rows are looked up, and what names none is told."""

import json

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import draw
from heldout.compiler.lower.report_plan import report_text

SPEC = """heldout: 1
study: rows
axes:
  method: {erm: {}, coral: {}}
  seed: {count: SEEDS}
stages:
  domains: {use: data/rotated-digits, angles: [0, 45]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: 45}
  model:
    use: train/classifier
    data: ${split.train}
    objective: ${method}
    steps: 5
    seed: ${seed}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  better:
    says: CORAL is better on images like these.
    compare-rows:
      metric: METRIC
      axis: method
      greater: coral
      less: erm
      runs: RUNS
"""
CATALOG = load_catalog()


def compiled(metric="score.predictions.accuracy", runs="seed", seeds=3):
    text = SPEC.replace("METRIC", metric).replace("RUNS", runs).replace("SEEDS", str(seeds))
    return compile_spec(text.encode(), "rows.yaml", None, CATALOG), text


def test_a_metric_of_rows_is_resolved_with_its_kind():
    (study, problems), text = compiled()
    assert study is not None, draw(problems, {"rows.yaml": text})
    (claim,) = json.loads(report_text(study, None))["claims"]
    assert claim["parameters"]["metric"] == {
        "stage": "score", "port": "predictions", "metric": "accuracy", "kind": "Predictions"
    }  # fmt: skip
    assert claim["parameters"]["unit"] == "id"


def test_the_report_knows_the_cells_of_what_has_rows_alone():
    text = SPEC[: SPEC.index("    compare-rows")].replace("SEEDS", "1")
    text += "    threshold-rows: {metric: split.test.label, above: 4, runs: null}\n"
    found, problems = compile_spec(text.encode(), "rows.yaml", None, CATALOG)
    assert found is not None, draw(problems, {"rows.yaml": text})
    stages = {stage["name"]: stage for stage in json.loads(report_text(found, None))["stages"]}
    assert len(stages["split"]["cells"]) == 1
    assert stages["domains"]["cells"] == []


@pytest.mark.parametrize(
    ("given", "code", "message", "hint"),
    [
        ({"metric": "score.accuracy"}, "unknown-metric", "`score.accuracy` is no metric of single rows",
         "score.predictions.accuracy"),
        ({"metric": "score.predictions.f1"}, "unknown-metric", "is no metric of single rows", "score.pred"),
        ({"metric": "model.accuracy"}, "unknown-metric", "no metric of single rows", "nothing down of each"),
        ({"metric": "split.test"}, "unknown-metric", "is no metric", "write `split.train.COLUMN`"),
        ({"runs": "held_out"}, "unknown-axis", "does not have the axis `held_out`", ""),
        ({"runs": "group"}, "unknown-axis", "does not have the axis `group`", ""),
        ({"runs": "method"}, "wrong-value", "levels of `method`, and its `runs` are these too", "in `runs`"),
        ({"seeds": 1}, "undecidable", "with 1 level of `seed` no result", "3 levels of `seed`"),
        ({"seeds": 2}, "undecidable", "with 2 levels of `seed` no result", "3 levels of `seed`"),
    ],
)  # fmt: skip
def test_mistakes_are_told(given, code, message, hint):
    (study, problems), _ = compiled(**given)
    assert study is None
    assert (problems[0].code, message in problems[0].message, hint in problems[0].hint) == (
        code,
        True,
        True,
    ), problems


def test_one_model_can_be_spoken_of_without_runs():
    (study, _), _ = compiled(runs="null", seeds=1)
    assert study is not None


ESTIMATES = """heldout: 1
study: rows
axes:
  seed: {count: 3}
stages:
  patients: {use: data/diabetes-progression}
  split: {use: data/random-split, data: "${patients}", seed: "${seed}"}
  model: {use: train/regressor, data: "${split.train}", steps: 5, seed: "${seed}"}
  score: {use: evaluate/regression, model: "${model}", data: "${split.test}"}
claims:
  close:
    says: Errors are small.
    threshold-rows: {metric: score.estimates.METRIC, below: 4000, runs: seed}
"""


@pytest.mark.parametrize(
    ("metric", "codes"),
    [("squared_error", []), ("absolute_error", []), ("accuracy", ["unknown-metric"])],
)
def test_estimates_have_errors_as_metrics_of_rows(metric, codes):
    text = ESTIMATES.replace("METRIC", metric)
    _, problems = compile_spec(text.encode(), "rows.yaml", None, CATALOG)
    assert [problem.code for problem in problems] == codes
