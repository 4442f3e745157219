"""Which outputs an archive holds for the report, though others of their kind are left out."""

from heldout.compiler.archive.collect import read_by_report


def test_the_rows_that_claims_are_about_and_that_are_shown(compiler):
    compiled = compiler("""
axes:
  method: {erm: {}, coral: {}}
  held_out: [0, 15]
  seed: {count: 2}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: "${held_out}", seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
samples:
  held-out: {rows: split.test, image: x, by: held_out}
""")
    tasks = dict(compiled.expansions["split"].cells())
    assert read_by_report(compiled) == {tasks[held_out, 0]: {"test"} for held_out in (0, 1)}
