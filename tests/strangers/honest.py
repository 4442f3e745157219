"""The honest study whose archives are forged: twenty tasks, with and without an operator of its own."""

from __future__ import annotations

SPEC = """\
heldout: 1
study: forged
title: Does aligning features help on a rotation never seen in training?

axes:
  method:
    erm: {}
    coral: {penalty: 1.0}
  seed: {count: 3}

stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 45]}
  split:   {use: data/leave-one-domain-out, data: "${domains}", domain: 45, seed: 0}
  model:   {use: train/classifier, data: "${split.train}", objective: "${method}", steps: 20, seed: "${seed}"}
  score:   {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  parts:   {use: evaluate/per-domain, predictions: "${score.predictions}"}

claims:
  alignment-helps:
    says: CORAL is more accurate than ERM on the rotation it never saw.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed], test: t}

figures:
  training: {mark: line, x: step, y: model.loss, color: method}

tables:
  accuracy: {rows: method, columns: seed, value: score.accuracy, unit: percent, caption: Accuracy.}

scales:
  smoke:
    stages: {model: {steps: 5}}
"""

OWN_SPEC = SPEC.replace("study: forged", "study: forged-own\noperators: [own.py]").replace(
    "\nclaims:", '  wide:    {use: own/spread, table: "${parts}"}\n\nclaims:', 1
)

OPERATORS = '''\
"""Scores of this study's own."""

from typing import Annotated

from heldout import Metrics, Table, Use, operator


@operator(seconds=0.01)
def spread(table: Annotated[Table, Use.EVALUATES]) -> Annotated[Table, Metrics("spread")]:
    """The largest value of a table less its smallest.

    Differs from the paper: it is of no paper.

    Args:
        table: one row a metric and domain, as `evaluate/per-domain` writes it.

    Returns:
        metric `spread`, in the unit of the table.

    Raises:
        ValueError: the table has no rows.
    """
    values = [row["value"] for row in table.rows.to_pylist()]
    if not values:
        raise ValueError("the table has no rows")
    return Table.of({"spread": max(values) - min(values)})
'''
