"""Levels are found by what they are called, and handed on as the axis writes them."""

import pytest

from heldout.compiler.analysis.claims import resolve_claims
from heldout.compiler.analysis.displays import resolve_displays


@pytest.mark.parametrize(
    ("written", "found"),
    [("true", True), ('"True"', "True"), ("null", None), ('"None"', "None"), ('"15"', 15), ('"true"', True)],
)
def test_what_looks_alike_in_python_and_not_in_a_table_is_told_apart(compiler, written, found):
    compiled = compiler(f"""\
axes:
  flag: {{true: 0, "True": 1, null: 2, "None": 3, 15: 4}}
  seed: {{count: 6}}
stages:
  digits: {{use: data/digits, seed: "${{flag}}"}}
  split: {{use: data/leave-one-domain-out, data: "${{digits}}", domain: 0, seed: "${{seed}}"}}
  model: {{use: train/classifier, data: "${{split.train}}", seed: "${{seed}}"}}
  score: {{use: evaluate/classification, model: "${{model}}", data: "${{split.test}}"}}
claims:
  c:
    says: So it is.
    threshold: {{metric: score.accuracy, above: 0.5, pair: [seed], where: {{flag: {written}}}}}
tables:
  t: {{rows: flag, columns: seed, value: score.accuracy, where: {{flag: [{written}]}}}}
""")
    (claim,) = resolve_claims(compiled.scope)
    assert repr(claim.parameters["where"]) == repr({"flag": found})
    (table,) = resolve_displays(compiled.scope, compiled.scope.study.tables)
    assert repr(table.keys["where"]) == repr({"flag": [found]})
