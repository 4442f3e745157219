"""What a study's results are as Python values."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import heldout

pytestmark = pytest.mark.slow


def test_what_it_is(study: heldout.Study):
    assert (study.name, study.title, study.scale) == ("little", "little", None)
    assert study.axes == {"network": ("linear", "mlp"), "held_out": (0, 30), "seed": (0, 1)}
    assert study.stages["model"] == ("network", "held_out", "seed") and study.stages["domains"] == ()
    assert study.page == study.folder / "report" / "index.html"


def test_every_number_is_a_row_with_its_coordinates(study: heldout.Study):
    frame = study.results.to_pandas()
    scores = frame[(frame.stage == "score") & (frame.metric == "accuracy")]
    assert [tuple(row) for row in scores[["network", "held_out", "seed"]].to_numpy()] == [
        ("linear", 30, 0),
        ("linear", 30, 1),
        ("mlp", 30, 0),
        ("mlp", 30, 1),
    ]
    failed = frame[frame.reason.notna()]
    assert set(failed.stage) == {"weights"} and set(failed.reason) == {"failed"}
    assert set(failed.network) == {"mlp"} and failed.value.isna().all()
    assert study.results.to_arrow().equals(pq.read_table(study.folder / "report" / "results.parquet"))


def test_one_metric_has_the_columns_that_tell_its_values_apart(study: heldout.Study):
    frame = study.results.of("score.accuracy").to_pandas()
    assert list(frame) == ["network", "held_out", "seed", "value"] and len(frame) == 4
    curve = study.results.of("model.loss").to_arrow()
    assert curve.column_names == ["network", "held_out", "seed", "value", "step"]
    with pytest.raises(ValueError, match=r"no metric is called 'score.acuracy' \(there is .*score.accuracy"):
        study.results.of("score.acuracy")
    with pytest.raises(ValueError, match="no metric is called 'score'"):
        study.results.of("score")


def test_verdicts(study: heldout.Study):
    (verdict,) = study.verdicts.values()
    assert study.verdicts["deeper"] == verdict
    accuracy = study.results.of("score.accuracy").to_pandas().groupby(["network", "seed"]).value.first()
    gap = [accuracy["mlp", seed] - accuracy["linear", seed] for seed in (0, 1)]
    assert verdict.effect == pytest.approx(sum(gap) / 2)
    assert verdict.interval is not None and verdict.interval[0] < verdict.effect < verdict.interval[1]
    assert verdict.p >= 0.25 and verdict.num_units == 2  # two signs have four patterns
    assert verdict.word in ("supported", "contradicted", "undecided")
    assert str(study.verdicts).split(maxsplit=1) == [verdict.word, "The deeper network is more accurate."]
    frame = study.verdicts.to_pandas()
    assert (
        frame.loc["deeper", "verdict"] == verdict.word and frame.loc["deeper", "low"] == verdict.interval[0]
    )


def test_tables_and_figures(study: heldout.Study):
    assert list(study.tables) == ["accuracy"] and list(study.figures) == ["bars"]
    rows = study.tables["accuracy"].to_pandas()
    means = rows[rows["held_out"] == 30].set_index("network")["mean"]
    accuracy = study.results.of("score.accuracy").to_pandas().groupby("network").value.mean()
    assert means["mlp"] == pytest.approx(accuracy["mlp"])
    figure = study.figures["bars"]
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert all(path.is_file() for path in (figure.svg, figure.pdf)) and json.loads(
        figure.vega_lite.read_text()
    )


def test_an_artifact_by_its_coordinates(study: heldout.Study):
    domains = study.artifact("domains")
    assert isinstance(domains, heldout.Dataset) and domains.domain_names == ("0", "30")
    train, test = (study.artifact(f"split.{part}", held_out=30, seed=1) for part in ("train", "test"))
    assert isinstance(train, heldout.Dataset) and train.domain_names == ("0",)
    assert isinstance(test, heldout.Dataset) and test.domain_names == ("30",)
    assert train.rows.equals(study.artifact("split", "train", held_out=30, seed=1).rows)
    assert not train.rows.equals(study.artifact("split.train", held_out=30, seed=0).rows)


def test_a_model_says_what_its_predictions_say(study: heldout.Study):
    at = {"network": "mlp", "held_out": 30, "seed": 1}
    module, test = study.model("model", **at), study.artifact("split.test", held_out=30, seed=1)
    assert isinstance(test, heldout.Dataset) and not module.training
    said = study.predictions("score", **at)
    with torch.inference_mode():
        logits = module(test.x).numpy()
    np.testing.assert_allclose(np.stack(said.logits), logits, rtol=1e-5, atol=1e-6)
    assert list(said.id) == test.rows["id"].to_pylist()
    frame = study.results.of("score.accuracy").to_pandas().set_index(["network", "seed"])
    assert (logits.argmax(1) == said.label).mean() == pytest.approx(frame.value["mlp", 1])


@pytest.mark.parametrize(
    ("stage", "at", "told"),
    [
        ("modle", {}, "no stage is called 'modle' (there is domains, split, model, score, weights)"),
        ("split.tset", {}, "stage 'split' has no output 'tset' (it has train: Dataset, select: Dataset, "),
        ("model", {"method": 1}, "does not vary along 'method' (it does along network, held_out, seed)"),
        ("domains", {"seed": 1}, "stage 'domains' does not vary along 'seed' (it has one result)"),
        ("model", {"network": "cnn", "held_out": 30, "seed": 0}, "no level 'cnn' (it has linear, mlp)"),
        ("model", {"held_out": 30}, "say which network (linear, mlp) and seed (0, 1)"),
        ("split", {"held_out": 30, "seed": True}, "axis 'seed' has no level 'true'"),
    ],
)
def test_a_wrong_name_is_told_what_there_is(study: heldout.Study, stage: str, at: dict, told: str):
    with pytest.raises(ValueError) as error:
        study.artifact(stage, **at)
    assert told in str(error.value)


def test_an_output_of_another_kind(study: heldout.Study):
    at = {"network": "mlp", "held_out": 30, "seed": 0}
    with pytest.raises(ValueError, match="stage 'score' has no Model there"):
        study.model("score", **at)
    with pytest.raises(ValueError, match=r"has no Predictions there \(it has model: Model, curve: Table, "):
        study.predictions("model", **at)
    with pytest.raises(ValueError, match="stage 'score' has no Predictions there"):
        study.predictions("score.table", **at)


def test_what_is_not_there_says_why(study: heldout.Study, tmp_path: Path):
    at = {"held_out": 30, "seed": 0}
    assert isinstance(study.artifact("weights", network="linear", **at), heldout.Table)
    with pytest.raises(heldout.NoResult, match="failed: ValueError: 1482 numbers are more than 700"):
        study.artifact("weights", network="mlp", **at)
    with pytest.raises(heldout.NoResult, match="leaves stage 'model' out at network mlp, held_out 0, seed 1"):
        study.artifact("model", network="mlp", held_out=0, seed=1)
    elsewhere = heldout.Study(study.folder, tmp_path, tmp_path)
    with pytest.raises(heldout.NoResult, match=f"no result in {tmp_path}: it was not run"):
        elsewhere.artifact("domains")
    with pytest.raises(heldout.NoResult, match=r"the study little has no .*verdicts\.json"):
        _ = elsewhere.verdicts


def test_weights_that_are_no_network(monkeypatch: pytest.MonkeyPatch):
    from heldout.runtime.restoring.restore import restore

    adapter = heldout.Model({"gate": torch.zeros(2)}, {"adapter": "gate"})
    with pytest.raises(ValueError, match=r'no network is known for these weights.*"adapter": "gate"'):
        restore(adapter)
    liar = heldout.Model({}, {}, {"config.json": b'{"architectures": ["os"], "model_type": "bert"}'})
    with pytest.raises(ValueError, match="transformers has no network 'os'"):
        restore(liar)


def test_costs_are_there_where_the_study_shows_some(study: heldout.Study):
    with pytest.raises(heldout.NoResult, match="shows no costs: name one"):
        _ = study.costs
    written = study.report / "costs.parquet"
    try:
        pq.write_table(study.results.to_arrow().slice(0, 3), written)
        assert study.costs.to_arrow().num_rows == 3
    finally:
        written.unlink()
