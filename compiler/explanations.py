"""What every error code means: a title, a paragraph that teaches, and an example of wrong and right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """One error code, explained.

    Attributes:
        title: the mistake, in a line.
        text: why it is one, and what to do.
        wrong: a part of a spec with the mistake.
        right: the same part without it.
    """

    title: str
    text: str
    wrong: str
    right: str


EXPLANATIONS: dict[str, Explanation] = {
    "axis-circle": Explanation(
        "Axes whose levels refer to each other in a circle",
        "A level may refer to another axis, and then stands for what that axis stands for. If "
        "following the references leads back to the first axis, no level has a value. Decide which of "
        "the axes is the outer one.",
        """
axes:
  method: {coral: "${penalty}"}
  penalty: {weak: "${method}"}
""",
        """
axes:
  method: {coral: {penalty: "${penalty}"}}
  penalty: [0.1, 1.0]
""",
    ),
    "axis-unreached": Explanation(
        "A stage, or a condition, names an axis that the stage does not have",
        "A stage has exactly the axes that its references reach, through other stages too. `when`, "
        "`oracle`, `exclude` and `at` can only speak of those. Either the name is wrong, or a "
        "reference that should bring the axis in is missing.",
        """
stages:
  domains: {use: data/rotated-digits, when: {seed: [0]}}
""",
        """
stages:
  domains: {use: data/rotated-digits, seed: "${seed}", when: {seed: [0]}}
""",
    ),
    "bad-key": Explanation(
        "A key is not text",
        "Keys of arguments name parameters, so they are text. A key that YAML reads as a number, a "
        "truth value or nothing needs quotes.",
        "weights: {1: 0.5}",
        'weights: {"1": 0.5}',
    ),
    "bad-level": Explanation(
        "A level of a list is more than a plain value",
        "The levels of a list are shown in tables and figures as they stand, so they are plain "
        "numbers or words. A level that is a list, a mapping or a reference gets a name.",
        """
axes:
  angles: [[0, 15], [0, 15, 30]]
""",
        """
axes:
  angles: {few: [0, 15], many: [0, 15, 30]}
""",
    ),
    "bad-name": Explanation(
        "A name with characters that it cannot have",
        "Axes and stages become names of rules and columns: lower-case letters, digits and "
        "underscores. Studies, claims, figures, tables and scales become names of files: lower-case "
        "letters, digits and hyphens.",
        """
stages:
  Train-Model: {use: train/classifier}
""",
        """
stages:
  train_model: {use: train/classifier}
""",
    ),
    "bad-prior": Explanation(
        "A prior that nothing can be drawn from",
        "A prior is one of `uniform`, `loguniform`, `integers`, `logintegers` with its lowest and "
        "highest value, both included, or `choice` with a list of values. Logarithmic ranges start "
        "above zero.",
        "search: {learning_rate: {loguniform: [0, 0.01]}}",
        "search: {learning_rate: {loguniform: [0.0001, 0.01]}}",
    ),
    "bad-reference": Explanation(
        "A reference that is not written as one",
        "References name an axis, a field of an axis, a stage or an output of a stage: `${name}` or "
        "`${name.part}`, in lower case. Nothing can be computed inside the braces. The levels of an "
        "oracle are written out.",
        "seed: ${seed + 1}",
        "seed: ${seed}",
    ),
    "claim-kind": Explanation(
        "A claim with no kind of test, or with several",
        "Beside the sentence that `says` what is claimed, a claim has one key: the kind of test, such "
        "as `compare` or `threshold`, with its parameters. Several tests are several claims.",
        """
claims:
  better:
    says: CORAL is better.
""",
        """
claims:
  better:
    says: CORAL is better.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed]}
""",
    ),
    "duplicate-key": Explanation(
        "A key that stands twice in one mapping",
        "Many readers of YAML keep the last of two equal keys and say nothing, so a value that was "
        "meant to count is lost. Keep one of the two.",
        """
model:
  steps: 100
  steps: 500
""",
        """
model:
  steps: 500
""",
    ),
    "duplicate-level": Explanation(
        "A level that stands twice on one axis",
        'Levels are told apart by how they are shown: `1`, `1.0` and `"1"` look alike in every table. '
        "Only zipped axes may repeat a level.",
        """
axes:
  penalty: [1, 1.0, 10]
""",
        """
axes:
  penalty: [1, 10]
""",
    ),
    "empty-axis": Explanation(
        "An axis without levels",
        "A stage with an axis runs once for each of its levels, so with none it would never run.",
        """
axes:
  held_out: []
""",
        """
axes:
  held_out: [0, 15]
""",
    ),
    "empty-condition": Explanation(
        "A condition that names no level",
        "`when: {method: []}` could be read as everywhere and as nowhere. Name the levels, or remove "
        "the line.",
        "when: {method: []}",
        "when: {method: [erm, coral]}",
    ),
    "empty-spec": Explanation(
        "A file without a study",
        "The file is empty, or holds comments only.",
        "# to be written",
        """
heldout: 1
study: rotated-digits
stages:
  domains: {use: data/rotated-digits}
""",
    ),
    "gather-into-one": Explanation(
        "Several values where one is taken",
        "A port takes one artifact, or a list of them. `over` makes a list along the axes that it "
        "names, and so does `[…]`; an operator that takes one cannot be given either. `heldout "
        "catalog` shows which ports take lists.",
        """
score: {use: evaluate/classification, model: "${model}", data: "${split.test}", over: [seed]}
""",
        """
score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
average: {use: measure/mean, values: "${score.accuracy}", over: [seed]}
""",
    ),
    "grid-size": Explanation(
        "More cells than can be planned",
        "The cells of a stage are all combinations of the levels of its axes, gathered ones among "
        "them. Restrict them by reaching fewer axes, or split the study; a search draws a number of "
        "trials where a grid takes all combinations.",
        """
axes:
  learning_rate: {count: 1000}
  weight_decay: {count: 1000}
  seed: {count: 10}
""",
        """
axes:
  trial: {search: defaults, trials: 20}
  seed: {count: 10}
""",
    ),
    "held-out-leak": Explanation(
        "Held-out labels reach a stage that trains or selects",
        "Data that a split keeps for testing must not shape what is tested. The compiler follows the "
        "labels of test rows through every stage, and data from before the split with them, to the "
        "ports that train on or select by what they read. Read the training or validation part. Where "
        "a study shows on purpose what a look at the test labels would bring, the stage says `oracle: "
        "true` (or `oracle: {protocol: [oracle]}`, at some levels), and everything that rests on it "
        "is marked.",
        """
chosen: {use: select/best, candidates: "${test}", criterion: "${test.accuracy}", over: [trial]}
""",
        """
chosen: {use: select/best, candidates: "${test}", criterion: "${validation.accuracy}", over: [trial]}
""",
    ),
    "language-version": Explanation(
        "A version of the language that this compiler does not read",
        "Every spec says for which version of the language it was written, so that it means the same "
        "for ever.",
        "heldout: 2",
        "heldout: 1",
    ),
    "missing-argument": Explanation(
        "A required input or parameter is not given",
        "The operator, component or kind of claim has no default for it. `heldout catalog NAME` shows "
        "what it takes.",
        'score: {use: evaluate/classification, model: "${model}"}',
        'score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}',
    ),
    "missing-file": Explanation(
        "A file that the spec names does not exist",
        "Files of operators are looked for beside the spec.",
        "operators: [my_operator.py]",
        "operators: [my_operators.py]",
    ),
    "missing-key": Explanation(
        "A key without which the section means nothing",
        "Each section has a few keys that it cannot do without: a study its name and stages, a stage "
        "its operator, a search its number of trials, a figure its mark, a table its rows, columns "
        "and value.",
        """
figures:
  by-angle: {x: held_out, y: score.accuracy}
""",
        """
figures:
  by-angle: {mark: line, x: held_out, y: score.accuracy}
""",
    ),
    "name-clash": Explanation(
        "A stage and an axis of the same name",
        "`${name}` could mean either. Rename one of the two.",
        """
axes:
  model: [small, large]
stages:
  model: {use: train/classifier}
""",
        """
axes:
  size: [small, large]
stages:
  model: {use: train/classifier}
""",
    ),
    "needless-oracle": Explanation(
        "An oracle that sees no test labels",
        "`oracle` marks the results of a stage, and all that rest on it. No test label reaches a port "
        "of this stage that trains or selects, so the mark would say something untrue. Remove it, or "
        "give the stage the data that it was meant to see.",
        """
chosen:
  use: select/best
  candidates: "${test}"
  criterion: "${validation.accuracy}"
  over: [trial]
  oracle: true
""",
        """
chosen: {use: select/best, candidates: "${test}", criterion: "${validation.accuracy}", over: [trial]}
""",
    ),
    "no-cells": Explanation(
        "A stage that runs nowhere",
        "Every cell of the stage is excluded, or reads a cell of another stage that does not exist. "
        "Two conditions contradict each other: a stage with `when: {method: [coral]}` has nothing to "
        "read from one with `when: {method: [erm]}`.",
        """
model: {use: train/classifier, data: "${split.train}", objective: "${method}", when: {method: [erm]}}
score: {use: evaluate/classification, model: "${model}", data: "${split.test}", when: {method: [coral]}}
""",
        """
model: {use: train/classifier, data: "${split.train}", objective: "${method}"}
score: {use: evaluate/classification, model: "${model}", data: "${split.test}", when: {method: [coral]}}
""",
    ),
    "no-search-axis": Explanation(
        "A prior, and no search to draw it for",
        "`{search: {loguniform: [1e-4, 1e-2]}}` in a stage or in a level is drawn once for each trial "
        "of the study's search axis. Declare one; with several it is not clear which is meant, and "
        "`${trial.name}` says so.",
        """
axes:
  seed: {count: 5}
stages:
  model: {use: train/classifier, learning_rate: {search: {loguniform: [1e-4, 1e-2]}}}
""",
        """
axes:
  seed: {count: 5}
  trial: {search: {}, trials: 20}
stages:
  model: {use: train/classifier, learning_rate: {search: {loguniform: [1e-4, 1e-2]}}}
""",
    ),
    "not-a-search": Explanation(
        "`search` in a stage names something else than a search axis",
        "A stage with `search: ${trial}` has the parameters that it does not write drawn by that "
        "axis, so the axis is one with `search`.",
        'model: {use: train/classifier, data: "${split.train}", search: "${seed}"}',
        'model: {use: train/classifier, data: "${split.train}", search: "${trial}"}',
    ),
    "not-a-sequence": Explanation(
        "`previous` without steps to go back",
        "`{previous: ${stage}, initially: …}` is a stage one step earlier along a sequence axis. The "
        "study needs such an axis, the stage must depend on it, and with several `along` says which.",
        """
axes:
  round: {count: 3}
""",
        """
axes:
  round: {sequence: 3}
""",
    ),
    "not-utf8": Explanation(
        "The file is not text in UTF-8",
        "Specs are written in UTF-8, which every editor can save.",
        "title: Généralisation   # saved as Latin-1",
        "title: Généralisation   # saved as UTF-8",
    ),
    "nothing-searched": Explanation(
        "A stage that searches, and nothing to search",
        "`search: ${trial}` draws the parameters that the stage leaves unwritten: those that the axis "
        "names, and with `search: defaults` those for which the operator or component declares a "
        "prior. Here none is left.",
        """
axes:
  trial: {search: {}, trials: 20}
stages:
  model: {use: train/classifier, data: "${split.train}", search: "${trial}"}
""",
        """
axes:
  trial: {search: {learning_rate: {loguniform: [1e-4, 1e-2]}}, trials: 20}
stages:
  model: {use: train/classifier, data: "${split.train}", search: "${trial}"}
""",
    ),
    "number-out-of-range": Explanation(
        "A number that cannot be written down exactly everywhere",
        "Integers beyond 2^53 and numbers that are infinite or undefined are read differently by "
        "different programs, so they have no identity. A long number that is a name goes into quotes.",
        "revision: 12345678901234567890",
        'revision: "12345678901234567890"',
    ),
    "operator-file": Explanation(
        "A file of operators that cannot be read",
        "The runtime imports the files under `operators` to learn the signatures of what they declare. "
        "Python could not import this one, or a function in it lacks what makes it an operator: a type "
        "hint on every parameter and on what it returns.",
        """
# my_operators.py
@operator
def halve(x):
""",
        """
# my_operators.py
@operator
def halve(x: Scalar) -> Table:
""",
    ),
    "out-of-range": Explanation(
        "A number beyond what makes sense",
        "Counts, resources and sizes have bounds, far from what a study needs, within which the "
        "compiler answers in seconds.",
        "seed: {count: 0}",
        "seed: {count: 5}",
    ),
    "over-unreached": Explanation(
        "`over` names an axis that nothing at hand has",
        "`over` gathers the inputs of a stage along an axis, so one of them must have that axis. "
        "Either the name is wrong, or a stage before gathers the axis already.",
        'mean: {use: measure/mean, values: "${score.accuracy}", over: [fold]}',
        'mean: {use: measure/mean, values: "${score.accuracy}", over: [seed]}',
    ),
    "partial-reference": Explanation(
        "A reference inside a longer text",
        "A reference keeps the type of what it stands for, so it is the whole value. For the text "
        "itself, without a reference, write `$${`.",
        "name: run-${seed}",
        "name: ${seed}",
    ),
    "reserved-name": Explanation(
        "A name that the workflow or its tables use themselves",
        "Stages become rules of the workflow and axes become columns of the results, so words of "
        "Python, of Snakemake and of those tables are taken.",
        """
axes:
  step: [10, 100]
""",
        """
axes:
  num_steps: [10, 100]
""",
    ),
    "search-gathered": Explanation(
        "A stage searches along an axis that it gathers",
        "With `over: [trial]` the stage runs once for all trials, and so could not have one trial's "
        "parameters. Search in the stage that is repeated, and gather in the one that reads it.",
        """
chosen:
  use: select/best
  candidates: "${score}"
  criterion: "${score.accuracy}"
  over: [trial]
  search: "${trial}"
""",
        """
model: {use: train/classifier, data: "${split.train}", search: "${trial}"}
chosen: {use: select/best, candidates: "${score}", criterion: "${score.accuracy}", over: [trial]}
""",
    ),
    "sequence-start": Explanation(
        "`previous` does not say what the first step reads",
        "The first step has none before it. `initially` says what it reads: another stage, or `null` "
        "where the port may be empty.",
        'model: {previous: "${model}"}',
        'model: {previous: "${model}", initially: "${pretrain}"}',
    ),
    "share-without-gpu": Explanation(
        "A share of a GPU beside no GPU, or several",
        "Jobs that say with `gpu_mem_mb` how much of a GPU's memory they need are run beside each other "
        "on one GPU as long as their sum fits. A job on several GPUs has each of them for itself.",
        "resources: {gpu_mem_mb: 8000}",
        "resources: {gpu: 1, gpu_mem_mb: 8000}",
    ),
    "stage-as-value": Explanation(
        "A parameter is given the output of a stage",
        "Parameters are known before anything runs: they are part of what a task is called by. "
        "Outputs of stages go to input ports. An operator that is to read a number from a stage has a "
        "port of kind Scalar for it.",
        'model: {use: train/classifier, data: "${split.train}", steps: "${difficulty.mean}"}',
        'model: {use: train/classifier, data: "${split.train}", steps: "${num_steps}"}',
    ),
    "stage-circle": Explanation(
        "Stages that read each other in a circle",
        "Each would have to run before the other. Along a sequence axis they may lean on each other "
        "across steps, with `{previous: ${stage}, initially: …}`: then a step rests on steps before "
        "it. Within such a group no stage may gather the steps or name one, since that would rest on "
        "later steps too.",
        """
cross: {use: train/classifier, data: "${labels_by_bi}"}
labels_by_bi: {use: label/with-model, model: "${cross}", data: "${pairs}"}
""",
        """
cross: {use: train/classifier, data: "${labels_by_bi}"}
labels_by_bi: {use: label/with-model, model: {previous: "${cross}", initially: "${start}"}, data: "${pairs}"}
""",
    ),
    "undecidable": Explanation(
        "A claim that no result could support",
        "A sign-flip test of n independent units gives no p-value below 2^-n. The units are the "
        "levels of `cluster`, or the pairs where the claim names no cluster: with four, nothing "
        "reaches 0.05. More units, or `test: t` (which takes them to be normal), can decide. A "
        "permutation of n levels gives none below 1/n!, and a curve needs a level more than it has "
        "coefficients. Holm's correction multiplies: the more claims a study makes, the more units "
        "each of them needs.",
        """
compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed]}   # 3 seeds
""",
        """
compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed]}   # 5 seeds
""",
    ),
    "unknown-argument": Explanation(
        "An argument that the operator does not take",
        "Names of inputs and parameters are those in the signature of the operator, component or kind "
        "of claim. `heldout catalog NAME` lists them.",
        'model: {use: train/classifier, data: "${split.train}", lr: 0.001}',
        'model: {use: train/classifier, data: "${split.train}", learning_rate: 0.001}',
    ),
    "unknown-axis": Explanation(
        "No axis of that name, or the metric does not have it",
        "`over`, `when`, `exclude`, `zip`, `at` and claims, figures and tables name axes of the "
        "study. A claim can only use those of the stage whose metric it reads: an axis that is "
        "gathered before is gone.",
        "over: [seeds]",
        "over: [seed]",
    ),
    "unknown-claim": Explanation(
        "No kind of claim of that name",
        "The kinds of claims are components of the runtime: `heldout catalog` lists them with their "
        "parameters.",
        "comparison: {metric: score.accuracy, axis: method}",
        "compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed]}",
    ),
    "unknown-component": Explanation(
        "No component of that name",
        "A parameter such as `objective` names a component: in the value, or by the name of the level "
        "that it is given. Hyphens and underscores mean the same.",
        "objective: corall",
        "objective: coral",
    ),
    "unknown-field": Explanation(
        "A level without the field that is read",
        "`${axis.field}` reads a field of every level of the axis, so every level has it. Write the "
        "field at each level, or refer to the whole level.",
        """
axes:
  method: {erm: {}, coral: {penalty: 1.0}}
stages:
  model: {use: train/classifier, weight_decay: "${method.penalty}"}
""",
        """
axes:
  method: {erm: {penalty: 0.0}, coral: {penalty: 1.0}}
stages:
  model: {use: train/classifier, weight_decay: "${method.penalty}"}
""",
    ),
    "unknown-image": Explanation(
        "No image of that name",
        "The images that jobs run in are listed in `containers/images.yaml`, each pinned by digest.",
        "image: gpu",
        "image: cuda",
    ),
    "unknown-key": Explanation(
        "A key that the section does not have",
        "Misspelt keys would be lost without a word, so every key must be known. In a stage every "
        "other key is an argument of its operator.",
        "resources: {gpus: 1}",
        "resources: {gpu: 1}",
    ),
    "unknown-level": Explanation(
        "An axis has no level of that name",
        "Levels are named as the axis writes them; those of a `count`, a `search` or a `sequence` are "
        "numbered from 0.",
        "when: {method: [corall]}",
        "when: {method: [coral]}",
    ),
    "unknown-metric": Explanation(
        "Not a metric of a stage",
        "Claims, figures and tables read metrics: the name of a stage, a dot, and a metric of a table "
        "that the stage makes.",
        "y: accuracy",
        "y: score.accuracy",
    ),
    "unknown-name": Explanation(
        "A scale changes something that the study does not have",
        "Scales change axes and stages of the study, and cannot add any.",
        """
scales:
  smoke: {stages: {modle: {steps: 10}}}
""",
        """
scales:
  smoke: {stages: {model: {steps: 10}}}
""",
    ),
    "unknown-operator": Explanation(
        "No operator of that name",
        "Operators are named FOLDER/NAME. `heldout catalog` lists them all; your own are brought in "
        "with `operators: [my_operators.py]`.",
        "use: train/classifer",
        "use: train/classifier",
    ),
    "unknown-output": Explanation(
        "A stage has no such output or metric",
        "`${stage.name}` is an output port of the stage's operator, or a metric of a table among its "
        "outputs. `${stage}` alone is the first output.",
        "data: ${split.training}",
        "data: ${split.train}",
    ),
    "unknown-reference": Explanation(
        "Neither an axis nor a stage",
        "References name axes and stages of the same spec. The text `${…}` itself is written `$${…}`.",
        "data: ${domain}",
        "data: ${domains}",
    ),
    "unknown-scale": Explanation(
        "The study has no scale of that name",
        "Scales are declared in the spec, under `scales`.",
        """
scales:
  smoke: {axes: {seed: {count: 1}}}   # and then: heldout run spec.yaml --scale small
""",
        """
scales:
  small: {axes: {seed: {count: 1}}}
""",
    ),
    "unknown-stage": Explanation(
        "Not a stage",
        "`previous`, `from` and `like` name stages: another word was found, an axis, or a circle of "
        "stages that are like each other.",
        "fold_model: {like: modle}",
        "fold_model: {like: model}",
    ),
    "unpaired": Explanation(
        "A claim whose pairs lack cells",
        "A paired test compares two cells that share the levels of `pair`. Where the design makes one "
        "of them only, there is no pair: restrict the claim with `where` to the part of the grid that "
        "has both.",
        """
exclude: [{method: coral, held_out: 0}]
claims:
  better:
    says: CORAL is better.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [held_out]}
""",
        """
exclude: [{method: coral, held_out: 0}]
claims:
  better:
    says: CORAL is better.
    compare:
      metric: score.accuracy
      axis: method
      greater: coral
      less: erm
      pair: [held_out]
      where: {held_out: [15, 30, 45, 60, 75]}
""",
    ),
    "unsafe-path": Explanation(
        "A path that leaves the folder of the spec",
        "A study is archived with the files that it names, so they lie beside it or below.",
        "operators: [../my_operators.py]",
        "operators: [my_operators.py]",
    ),
    "unused-axis": Explanation(
        "An axis that no stage uses",
        "A stage has the axes that its references reach. Nothing refers to this one, so it would "
        "change nothing.",
        """
axes:
  seed: {count: 5}
stages:
  domains: {use: data/rotated-digits}
""",
        """
axes:
  seed: {count: 5}
stages:
  domains: {use: data/rotated-digits, seed: "${seed}"}
""",
    ),
    "unused-hyperparameter": Explanation(
        "A hyper-parameter that is searched and not read",
        "A search draws it for every trial, and nothing takes it: no `${trial.name}`, and no "
        "parameter of that name in a stage with `search: ${trial}`. It is misspelt more often than "
        "not.",
        "trial: {search: {learning_rat: {loguniform: [1e-4, 1e-2]}}, trials: 20}",
        "trial: {search: {learning_rate: {loguniform: [1e-4, 1e-2]}}, trials: 20}",
    ),
    "value-size": Explanation(
        "Levels that refer to levels without end",
        "Levels may refer to other axes. A chain of many axes, or one that repeats others again and "
        "again, stands for a value beyond all use.",
        """
axes:
  a: {x: ["${b}", "${b}", "${b}"]}   # and so on, through nine axes
""",
        """
axes:
  a: {x: ["${b}"]}
""",
    ),
    "which-metric": Explanation(
        "A table of several metrics where one number is taken",
        "The port takes one number a cell. Name the metric.",
        "criterion: ${validation}",
        "criterion: ${validation.accuracy}",
    ),
    "wrong-kind": Explanation(
        "An input of another kind",
        "Ports take artifacts of one kind: Dataset, Model, Table and others. A plain value is none, "
        "and nothing (`null`) is only taken by a port that may be empty.",
        'score: {use: evaluate/classification, model: "${split.train}", data: "${split.test}"}',
        'score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}',
    ),
    "wrong-type": Explanation(
        "A value of another type than the section takes",
        "A mapping, a list, text, a number: each part of a spec has one form.",
        "over: seed",
        "over: [seed]",
    ),
    "wrong-value": Explanation(
        "A value that the parameter cannot take",
        "The types, bounds and choices of parameters are those of the operator's signature; `heldout "
        "catalog NAME` shows them. Every level that a value may come from is checked.",
        "steps: many",
        "steps: 500",
    ),
    "yaml-alias": Explanation(
        "An alias of something that is not complete above it",
        "`*name` repeats the value marked `&name`, which must stand above and be complete.",
        "model: *shared",
        """
first: &shared {width: 16}
model: *shared
""",
    ),
    "yaml-depth": Explanation(
        "Values nested too deep",
        "A study needs a handful of levels. Mostly a bracket was left open.",
        "angles: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]",
        "angles: [0]",
    ),
    "yaml-documents": Explanation(
        "Several documents in one file",
        "A line `---` starts another document. A spec is one.",
        """
heldout: 1
---
heldout: 1
""",
        "heldout: 1",
    ),
    "yaml-key": Explanation(
        "A key that is no plain name",
        "Keys are names or numbers. YAML 1.2 has no merge key `<<`: a stage reuses another with `like`.",
        "fold_model: {<<: *model, steps: 10}",
        "fold_model: {like: model, steps: 10}",
    ),
    "yaml-size": Explanation(
        "A spec too large",
        "Specs are read by people. Data belongs into a stage that reads it, a long axis is written "
        "`{count: 1000}`, and what an alias or `like` repeats counts as often as it is used.",
        """
axes:
  item: [0, 1, 2, 3]   # and so on, to 60,000
""",
        """
axes:
  item: {count: 60000}
""",
    ),
    "yaml-syntax": Explanation(
        "Not YAML",
        "The text breaks a rule of YAML at this place, or a little above it: mostly indentation, a "
        "colon without a space, an open bracket or quote, or a tab.",
        """
stages:
  model: {use: train/classifier
""",
        """
stages:
  model: {use: train/classifier}
""",
    ),
    "yaml-tag": Explanation(
        "A tag",
        "Tags (`!name`) let some readers of YAML make objects of any kind. A spec holds plain values only.",
        'seed: !!int "3"',
        "seed: 3",
    ),
    "zip-length": Explanation(
        "Zipped axes of different length",
        "Zipped axes go in step: the first level of one with the first level of the other. So they "
        "have equally many.",
        """
axes: {source: [a, b, c], target: [b, c]}
zip: [[source, target]]
""",
        """
axes: {source: [a, b, c], target: [b, c, a]}
zip: [[source, target]]
""",
    ),
    "zip-twice": Explanation(
        "An axis that is zipped twice",
        "An axis goes in step with one group of others. Zip all of them in one group.",
        "zip: [[a, b], [a, c]]",
        "zip: [[a, b, c]]",
    ),
}
