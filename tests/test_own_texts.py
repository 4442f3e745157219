"""Texts and an encoder of a user's own, from the spec's folder to scores, and reproduced elsewhere."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.compiler.run.checksum import checksum
from tests.runtime.small_encoders import write_encoder

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"
SPEC = """heldout: 1
study: own-texts
axes:
  tune: [head, lora]
stages:
  encoder: {{use: fetch/model-folder, path: models/encoder, sha256: {encoder}}}
  texts: {{use: data/import-text, path: texts.csv, sha256: {texts}, domain: thing}}
  data: {{use: data/encoded-text, data: "${{texts}}", encoder: "${{encoder}}", max_tokens: 8}}
  split: {{use: data/leave-one-domain-out, data: "${{data}}", domain: book}}
  model:
    use: train/text-classifier
    data: ${{split.train}}
    start: ${{encoder}}
    tune: ${{tune}}
    steps: 2
  score: {{use: evaluate/classification, model: "${{model}}", data: "${{split.test}}"}}
  domains: {{use: evaluate/per-domain, predictions: "${{score.predictions}}"}}
tables:
  accuracy: {{rows: tune, columns: metric, value: [score.accuracy, score.nll]}}
"""


def heldout(folder, *words):
    return subprocess.run([HELDOUT, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    (folder / "models").mkdir(parents=True)
    write_encoder(folder / "models" / "encoder")
    rows = [
        f"the {thing} was {word},{label},{thing}\n"
        for thing in ("film", "book")
        for word, label in (("good", "yes"), ("bad", "no"), ("fine", "yes"), ("poor", "no"))
        for _ in range(3)
    ]
    (folder / "texts.csv").write_text("text,label,thing\n" + "".join(rows))
    pins = {"encoder": checksum(folder / "models" / "encoder"), "texts": checksum(folder / "texts.csv")}
    (folder / "spec.yaml").write_text(SPEC.format(**pins))
    return folder


def test_a_study_of_texts_runs_and_is_reproduced_where_model_and_texts_lie_elsewhere(study, tmp_path):
    assert "fine" in heldout(study, "check", "spec.yaml").stderr
    ran = heldout(study, "run", "spec.yaml", "--cores", "1")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    there = tmp_path / "there"
    there.mkdir()
    archived = heldout(study, "archive", "spec.yaml", "-o", there / "own.zip")
    assert archived.returncode == 0, archived.stderr
    (study / "models" / "encoder").rename(there / "encoder")
    (study / "texts.csv").rename(there / "texts.csv")
    refused = heldout(there, "reproduce", "own.zip", "--data", "texts=texts.csv", "--keep", "refused")
    assert "--data encoder=PATH says where they are here" in refused.stderr
    places = ("--data", "texts=texts.csv", "--data", "encoder=encoder")
    again = heldout(there, "reproduce", "own.zip", "--cores", "1", *places)
    assert again.returncode == 0, again.stderr


def test_check_says_the_checksum_of_a_model_that_has_changed(study):
    encoder = study / "models" / "encoder"
    about = json.loads((encoder / "config.json").read_text())
    (encoder / "config.json").write_text(json.dumps(about))
    found = heldout(study, "check", "spec.yaml")
    assert found.returncode == 2
    assert f"write `sha256: {checksum(encoder)}`" in found.stderr
