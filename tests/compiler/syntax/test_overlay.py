"""Scales laid over a study, and stages that are like others."""

STUDY = """
axes:
  held_out: [0, 15, 30]
  method:
    erm: {}
    coral: {penalty: 2}
    irm: {}
  titled: {title: Start, levels: {few: {mlp: {width: 8}}, many: {mlp: {width: 9}}}}
  seed: {count: 3}
stages:
  digits: {use: data/digits, angles: [0, 15, 30]}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: "${held_out}"}
  model:
    use: train/classifier
    data: "${split.train}"
    network: "${titled}"
    objective: "${method}"
    steps: 500
    seed: "${seed}"
    resources: {gpu: 1, runtime: 9}
  short: {like: model, steps: 5}
  shorter: {like: short, objective: erm}
scales:
  smoke:
    title: Quick
    axes: {held_out: [30], method: [coral, erm], titled: [many], seed: {count: 1}}
    stages: {model: {steps: 20, resources: {runtime: 1}}}
  replaced:
    stages:
      model:
        use: train/classifier
        data: "${split.select}"
        seed: "${seed}"
        objective: "${method}"
        network: "${titled}"
  same:
"""


def parameter(compiled, stage: str, name: str):
    argument = compiled.scope.stages[stage].argument(name)
    return getattr(argument.value, "value", None) if argument is not None else None


def test_a_scale_replaces_axes_and_keeps_named_levels(compiler):
    compiled = compiler(STUDY, scale="smoke")
    axes = compiled.scope.axes
    assert axes["held_out"].labels() == (30,)
    assert axes["method"].labels() == ("coral", "erm")
    assert axes["titled"].labels() == ("many",) and axes["titled"].title == "Start"
    assert axes["seed"].labels() == (0,)
    assert compiled.study.title == "Quick" and compiled.study.scale == "smoke"
    evaluator_level = axes["method"].levels[0].value
    assert evaluator_level.keys() == ("penalty",)  # the level keeps its value


def test_a_scale_merges_the_keys_of_a_stage(compiler):
    compiled = compiler(STUDY, scale="smoke")
    assert parameter(compiled, "model", "steps") == 20
    assert compiled.scope.stages["model"].argument("seed") is not None
    assert compiled.scope.stages["model"].resources.runtime == 1
    assert compiled.scope.stages["model"].resources.gpu == 0  # a key is replaced whole
    assert parameter(compiled, "short", "steps") == 5  # like the model of this scale


def test_a_scale_that_names_an_operator_replaces_the_stage(compiler):
    compiled = compiler(STUDY, scale="replaced")
    assert compiled.scope.stages["model"].argument("steps") is None


def test_an_empty_scale_changes_nothing(compiler):
    assert compiler(STUDY, scale="same").expansions["model"].ids == compiler(STUDY).expansions["model"].ids


def test_like_takes_the_keys_that_are_not_written(compiler):
    compiled = compiler(STUDY)
    stages = compiled.scope.stages
    assert [parameter(compiled, s, "steps") for s in ("model", "short", "shorter")] == [500, 5, 5]
    assert parameter(compiled, "shorter", "objective") == "erm"
    assert stages["shorter"].use == "train/classifier" and stages["shorter"].resources.gpu == 1
    assert "method" not in compiled.expansions["shorter"].grid.axes


ADDING = """
axes:
  method: {erm: {}, coral: {penalty: 2}}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 15}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
figures:
  one: {mark: bar, x: method, y: score.accuracy}
  other: {mark: bar, x: method, y: score.accuracy}
scales:
  larger:
    axes: {seed: {count: 3}}
    stages: {model: {seed: "${seed}"}}
    figures: {one: null}
  plain:
    axes: {method: null}
    stages: {model: {objective: erm}, score: null}
    figures: null
"""


def test_a_scale_adds_an_axis_and_leaves_a_figure_out(compiler):
    compiled = compiler(ADDING, scale="larger")
    assert compiled.scope.axes["seed"].labels() == (0, 1, 2)
    assert [figure.name for figure in compiled.study.figures] == ["other"]


def test_a_scale_leaves_out_an_axis_and_a_stage(compiler):
    compiled = compiler(ADDING, scale="plain")
    assert list(compiled.scope.axes) == []
    assert list(compiled.scope.stages) == ["digits", "split", "model"]


CLAIMED = """
axes:
  method: {erm: {}, coral: {}}
  seed: {count: 6}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  better:
    says: CORAL is better.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed]}
scales:
  bounded: {claims: {better: {threshold: {metric: score.accuracy, above: 0.1, pair: [seed]}}}}
  none: {axes: {seed: {count: 2}}, claims: {better: {untested: Two seeds decide nothing.}}}
  said: {claims: {better: {says: It is.}}}
"""


def test_a_scale_gives_a_claim_another_test_or_none(compiler):
    bounded, none, said = (compiler(CLAIMED, scale=scale) for scale in ("bounded", "none", "said"))
    assert [(c.says, c.kind) for c in bounded.claims] == [("CORAL is better.", "threshold")]
    assert none.claims == ()
    assert [(c.says, c.reason) for c in none.study.untested] == [
        ("CORAL is better.", "Two seeds decide nothing.")
    ]
    assert [(c.says, c.kind) for c in said.claims] == [("It is.", "compare")]
