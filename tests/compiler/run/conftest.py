"""A small study in a folder of its own, in which the tests of this folder run."""

from pathlib import Path

import pytest

SPEC = """\
heldout: 1
study: small
axes:
  held_out: [0, 30]
  method: [erm, coral]
  seed: {count: 3}
stages:
  domains: {use: data/rotated-digits, angles: [0, 30]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}",
          resources: {seconds: 2}}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  helps:
    says: CORAL is the better.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [held_out, seed],
              alpha: 0.5}
scales:
  smoke:
    axes: {seed: {count: 1}}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One dataset, 2 x 3 splits and 2 x 2 x 3 models with their scores: 31 tasks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "images.json"))
    path = Path("small.yaml")
    path.write_text(SPEC)
    return path
