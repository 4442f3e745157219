"""Keys that stages and levels share, taken over by name."""

import pytest

from heldout.compiler.syntax.yaml_reader import MAX_NODES

STUDY = """
axes:
  method:
    erm: {}
    coral: {with: weights}
    irm: {with: weights, penalty: 7}
  seed: {count: 3}
shared:
  tuning: {steps: 40, learning_rate: 0.01, seed: "${seed}", resources: {runtime: 9}}
  short: {steps: 4}
  weights: {penalty: 2.0}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, with: tuning, data: "${split.train}", objective: "${method}"}
  quick: {use: train/classifier, with: [tuning, short], data: "${split.train}", objective: erm}
  own: {use: train/classifier, with: [tuning, short], data: "${split.train}", objective: erm, steps: 9}
  alike: {like: model, with: short}
scales:
  smoke: {shared: {tuning: {steps: 1}, weights: {penalty: 3.0}}}
  longer:
    shared: {long: {steps: 900}}
    stages: {model: {with: [tuning, long]}}
  alone:
    shared: {short: null}
    stages: {quick: {with: tuning}, own: {with: null, seed: 0}, alike: null}
"""
WRITTEN_OUT = (
    STUDY.replace("{with: weights}", "{penalty: 2.0}")
    .replace("{with: weights, penalty: 7}", "{penalty: 7}")
    .replace("with: tuning,", 'steps: 40, learning_rate: 0.01, seed: "${seed}", resources: {runtime: 9},')
    .replace("with: [tuning, short], ", 'learning_rate: 0.01, seed: "${seed}", resources: {runtime: 9}, ')
    .replace("quick: {", "quick: {steps: 4, ")
    .replace("alike: {like: model, with: short}", "alike: {like: model, steps: 4}")
    .partition("scales:")[0]
)


def parameter(compiled, stage, name):
    argument = compiled.scope.stages[stage].argument(name)
    return getattr(argument.value, "value", None)


def test_it_means_what_is_written_out(compiler):
    compiled, written_out = compiler(STUDY), compiler(WRITTEN_OUT)
    assert compiled.tasks == written_out.tasks
    assert compiled.scope.stages["model"].resources.runtime == 9


@pytest.mark.parametrize(("stage", "steps"), [("model", 40), ("quick", 4), ("own", 9), ("alike", 4)])
def test_what_is_nearer_replaces_what_is_farther(compiler, stage, steps):
    assert parameter(compiler(STUDY), stage, "steps") == steps


@pytest.mark.parametrize(
    ("scale", "steps"),
    [("smoke", [1, 4, 9]), ("longer", [900, 4, 9]), ("alone", [40, 40, 9])],
)
def test_a_scale_changes_adds_and_leaves_out_sets(compiler, scale, steps):
    compiled = compiler(STUDY, scale=scale)
    assert [parameter(compiled, stage, "steps") for stage in ("model", "quick", "own")] == steps


def test_levels_take_them_over_too(compiler):
    levels = compiler(STUDY, scale="smoke").scope.axes["method"].levels
    assert [[(key, v.value) for key, _, v in level.value.entries] for level in levels] == [
        [],
        [("penalty", 3.0)],
        [("penalty", 7)],
    ]


def test_a_mistake_stands_where_it_is_written(compiler):
    (found,) = compiler.diagnose(STUDY.replace("learning_rate: 0.01", "learning_rate: many"))
    line = next(n for n, text in enumerate(STUDY.split("\n"), 1) if "tuning: {" in text)
    assert (found.code, found.span.line) == ("wrong-value", line + 2), "two lines of header before"


def test_what_it_repeats_has_a_bound(compiler):
    keys = ", ".join(f"k{n}: 0" for n in range(MAX_NODES // 100))
    stages = "\n".join(f"  s{n}: {{with: large}}" for n in range(120))
    text = f"shared:\n  large: {{use: data/digits, {keys}}}\nstages:\n{stages}\n"
    assert "yaml-size" in {found.code for found in compiler.diagnose(text)}


CLAIMS = """
axes:
  method: {erm: {}, coral: {}}
  seed: {count: 6}
shared:
  units: {metric: score.accuracy, axis: method, pair: [seed]}
  shown: {rows: method, columns: null, value: score.accuracy}
  look: {x: method, y: score.accuracy}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  better: {says: It is., compare: {with: units, greater: coral, less: erm}}
  both:
    says: It is, and right.
    with: units
    all:
      - compare: {greater: coral, less: erm}
      - threshold: {above: 0.5}
  each:
    says: It is, and right.
    all:
      - compare: {with: units, greater: coral, less: erm}
      - threshold: {metric: score.accuracy, pair: [seed], above: 0.5}
figures:
  bars: {mark: bar, with: look}
tables:
  plain: {with: shown}
  percent: {with: shown, unit: percent}
scales:
  other: {shared: {units: {metric: score.error}}}
"""


def written_out(text):
    sets = {
        "units": "metric: score.accuracy, axis: method, pair: [seed]",
        "shown": "rows: method, columns: null, value: score.accuracy",
        "look": "x: method, y: score.accuracy",
    }
    beside_all = "\n    ".join(["metric: score.accuracy", "axis: method", "pair: [seed]"])
    text = text.partition("scales:")[0].replace("    with: units\n", f"    {beside_all}\n")
    for name, keys in sets.items():
        text = text.replace(f"with: {name}", keys)
    return text


def resolved(compiled):
    """What a report is made of: the parameters of every test, and the keys of every display."""
    tests = {claim.name: [part.parameters for part in claim.tests] for claim in compiled.claims}
    return tests, {display.name: display.keys for display in (*compiled.figures, *compiled.tables)}


def test_claims_figures_and_tables_take_them_over_too(compiler):
    assert resolved(compiler(CLAIMS)) == resolved(compiler(written_out(CLAIMS)))


def test_a_scale_changes_what_tests_take_over(compiler):
    tests, _ = resolved(compiler(CLAIMS, scale="other"))
    assert {tests[name][0]["metric"]["metric"] for name in ("better", "both", "each")} == {"error"}


@pytest.mark.parametrize(
    ("wrong", "code", "hint"),
    [
        (
            "better: {says: It is., with: units, compare: {greater: coral, less: erm}}",
            "unknown-key",
            "compare: {with",
        ),
        (
            "better: {says: It is., compare: {with: unit, greater: coral, less: erm}}",
            "unknown-shared",
            "units",
        ),
    ],
)
def test_what_is_taken_over_in_a_wrong_place_or_by_a_wrong_name_is_told(compiler, wrong, code, hint):
    (found,) = compiler.diagnose(
        CLAIMS.replace("better: {says: It is., compare: {with: units, greater: coral, less: erm}}", wrong)
    )
    assert found.code == code and hint in found.hint
