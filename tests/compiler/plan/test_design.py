from heldout.compiler.analysis.claims import resolve_claims
from heldout.compiler.plan.design import Designs

STUDY = """
axes:
  method: {erm: {}, coral: {penalty: 2.0}}
  seed: {count: 6}
exclude:
  - {method: coral, seed: 5}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}", steps: 5}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
claims:
  first:
    says: more
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed], missing: drop}
  second:
    says: less
    compare: {metric: score.accuracy, axis: method, greater: erm, less: coral, pair: [seed], missing: drop}
  third:
    says: part
    compare:
      {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed],
       where: {seed: [0, 1, 2, 3, 4]}}
"""


def test_claims_on_the_same_cells_have_one_design(compiler):
    compiled = compiler(STUDY)
    designs = Designs(compiled.scope, compiled.expansions)
    first, second, third = (designs.of(claim, "score") for claim in resolve_claims(compiled.scope))
    assert first is second
    assert (len(first.found), first.incomplete) == (6, [("5",)])
    assert (len(third.found), third.incomplete) == (5, [])
    assert third.needed == {("coral",), ("erm",)}
