import hashlib
import json

from heldout.compiler.lower.report_plan import report_text


def test_the_report_knows_the_cells_of_every_stage_of_tables(study):
    compiled = study()
    plan = json.loads(report_text(compiled, None))
    stages = {stage["name"]: stage for stage in plan["stages"]}
    # 3 domains x 2 methods x 4 seeds; a split has no numbers to show, so its cells are left out.
    assert len(stages["score"]["cells"]) == 24
    assert stages["split"]["cells"] == []
    assert stages["score"]["axes"] == ["held_out", "method", "seed"]
    assert sorted(stages["score"]["inputs"]) == ["model", "split"]


def test_levels_keep_their_types(study):
    axes = json.loads(report_text(study(), None))["axes"]
    assert axes["held_out"]["levels"] == [0, 30, 60]
    assert axes["method"]["levels"] == ["erm", "coral"]
    assert axes["seed"]["levels"] == [0, 1, 2, 3]


def test_the_spec_is_quoted_without_its_folder(study):
    compiled = study(file="/home/somebody/secret/study.yaml")
    text = report_text(compiled, None)
    plan = json.loads(text)
    assert plan["spec"] == "study.yaml"
    assert "somebody" not in text
    assert plan["spec_sha256"] == hashlib.sha256(plan["spec_text"].encode()).hexdigest()


def test_a_metric_on_training_rows_says_so(compiler):
    compiled = compiler("""
axes:
  method: [erm, coral]
  seed: {count: 2}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  fitted: {like: score, data: "${source.train}", training_rows: true}
tables:
  tested: {rows: method, columns: seed, value: score.accuracy}
  fitted: {rows: method, columns: seed, value: fitted.accuracy}
""")
    tested, fitted = json.loads(report_text(compiled, None))["tables"]
    assert "rows" not in tested["value"]
    assert fitted["value"]["rows"] == "training"


def test_what_no_run_decides_is_told_and_no_claim_to_test(compiler):
    compiled = compiler("""
stages:
  source: {use: data/imported}
claims:
  optimal: {says: Nothing is faster., untested: A theorem.}
""")
    plan = json.loads(report_text(compiled, None))
    assert plan["claims"] == [] and compiled.claims == ()
    assert plan["untested"] == [{"id": "optimal", "says": "Nothing is faster.", "reason": "A theorem."}]


def test_a_stage_that_computes_says_what_as_it_is_written(compiler):
    compiled = compiler("""
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  drop: {compute: {drop: "${ 1 - score.accuracy }", same: "${score.error}"}}
""")
    stages = {stage["name"]: stage for stage in json.loads(report_text(compiled, None))["stages"]}
    assert stages["drop"]["computes"] == {"drop": "1 - score.accuracy", "same": "score.error"}
    assert "computes" not in stages["score"]


def test_what_the_study_says_of_a_metric_is_said_by_its_place(study):
    said = "metrics:\n  score.accuracy: {better: higher, unit: percent}\n  score.error: {better: lower}\n"
    plan = json.loads(report_text(study(("scales:\n", f"{said}scales:\n")), None))
    place = {"stage": "score", "port": "table"}
    assert plan["metrics"] == [
        {**place, "metric": "accuracy", "better": "higher", "unit": "percent"},
        {**place, "metric": "error", "better": "lower"},
    ]
    assert "metrics" not in json.loads(report_text(study(), None))


def test_the_lines_of_a_figure_have_their_metrics_looked_up(compiler):
    compiled = compiler("""
axes:
  method: {erm: {floor: 0.1}, coral: {floor: 0.2}}
  seed: {count: 2}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", seed: "${seed}", weight_decay: "${method.floor}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  fitted: {like: score, data: "${source.train}", training_rows: true}
figures:
  bars:
    mark: bar
    x: seed
    y: score.accuracy
    row: method
    lines:
      - {y: 0.1, label: chance}
      - {y: method.floor}
      - {y: fitted.accuracy, where: {method: erm}}
""")
    (figure,) = json.loads(report_text(compiled, None))["figures"]
    number, field, metric = figure["lines"]
    assert number == {"kind": "y", "of": 0.1, "label": "chance"}
    assert field["of"] == {"axis": "method", "field": "floor", "values": {"erm": 0.1, "coral": 0.2}}
    assert metric["of"] == figure["y"] | {"stage": "fitted", "rows": "training"}
    assert metric["where"] == {"method": "erm"}
