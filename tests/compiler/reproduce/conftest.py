"""A study with two claims, on three rates, two rotations and three seeds."""

import pytest

STUDY = """
axes:
  rate: [0.1, 0.2, 0.3]
  angle: [0, 15]
  seed: {count: 3}
stages:
  digits: {use: data/digits, angles: ["${angle}"]}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: "${angle}"}
  model: {use: train/classifier, data: "${split.train}", learning_rate: "${rate}", seed: "${seed}",
          tolerance: 1e-3}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  faster:
    says: A larger rate is better at the edge.
    compare: {metric: score.accuracy, axis: rate, greater: 0.3, less: 0.1, pair: [seed], alpha: 0.5,
              where: {angle: 15}}
  good:
    says: It is good.
    threshold: {metric: score.accuracy, above: 0.1, pair: [rate, angle, seed], alpha: 0.5}
"""


@pytest.fixture
def study(compiler):
    return compiler(STUDY)
