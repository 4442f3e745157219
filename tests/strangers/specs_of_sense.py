"""Specs that are sound YAML and make no sense, or make it in an unheard-of size."""
# ruff: noqa: E501  # a table of inputs: one a line, and characters that look alike on purpose

from collections.abc import Iterator
from itertools import product

from .study import FINE, REFUSED, STUDY, Spec, bare, claim, edited, more, named

MODEL = 'model: {use: train/classifier, data: "${split.train}", objective: "${method}", steps: 5, seed: "${seed}"}'
SCORE = 'score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}'


def searched(axis: str, stage: str = 'search: "${trial}"') -> str:
    """The study with a search, and no claim."""
    return bare(edited("steps: 5", stage, more("axes", f"  trial: {axis}")))


def model(keys: str) -> str:
    """The study without a claim, its model given other keys beside `use`, data and seed."""
    return bare(
        edited(
            'objective: "${method}", steps: 5',
            keys if "method" in keys else f'objective: "${{method}}", {keys}',
        )
    )


def score(keys: str) -> str:
    return edited('data: "${split.test}"}', f'data: "${{split.test}}", {keys}}}')


def stage(keys: str, *others: str) -> str:
    """The study with a stage `extra` and others, without a claim."""
    return bare(more("stages", "\n".join(f"  {line}" for line in (f"extra: {{{keys}}}", *others))))


def compare(**changed: str) -> str:
    said = {
        "metric": "score.accuracy",
        "axis": "method",
        "greater": "coral",
        "less": "erm",
        "pair": "[held_out, seed]",
    } | changed
    return claim("compare: {" + ", ".join(f"{key}: {value}" for key, value in said.items() if value) + "}")


def grown(lines: str) -> str:
    """A study of nothing but data, to grow."""
    return f"heldout: 1\nstudy: grown\n{lines}"


DIGITS = "{use: data/rotated-digits}"

SIZES = {
    "four axes of a hundred": ("grid-size", grown("axes:\n" + "".join(f"  a{i}: {{count: 100}}\n" for i in range(4)) + 'stages:\n  d: {use: data/rotated-digits, angles: ["${a0}", "${a1}", "${a2}", "${a3}"]}\n')),
    "twenty axes of two": (FINE, grown("axes:\n" + "".join(f"  a{i}: [0, 1]\n" for i in range(20)) + "stages:\n  d: {use: data/rotated-digits, angles: [" + ", ".join(f'"${{a{i}}}"' for i in range(20)) + "]}\n")),
    "forty zipped axes of a thousand": ("grid-size", grown("axes:\n" + "".join(f"  a{i}: {{count: 1000}}\n" for i in range(40)) + "zip: [[" + ", ".join(f"a{i}" for i in range(40)) + "]]\nstages:\n  d: {use: data/rotated-digits, angles: [" + ", ".join(f'"${{a{i}}}"' for i in range(40)) + "]}\n")),
    "two zipped axes of thousands": (FINE, grown("axes: {a: {count: 5600}, b: {count: 5600}}\nzip: [[a, b]]\nstages:\n  d: {use: data/rotated-digits, angles: [\"${a}\", \"${b}\"]}\n")),
    "two zipped axes of thousands that repeat": (FINE, grown(f"axes: {{a: [{', '.join(str(i // 7) for i in range(5600))}], b: {{count: 5600}}}}\nzip: [[a, b]]\nstages:\n  d: {{use: data/rotated-digits, angles: [\"${{a}}\", \"${{b}}\"]}}\n")),
    "all but one of two thousand": (FINE, grown("axes: {a: {count: 1990}, b: {levels_of: a}}\nstages:\n  d: {use: data/rotated-digits, angles: \"${a}\", over: {a: {not: \"${b}\"}}}\n")),
    "all but one of four thousand": ("grid-size", grown("axes: {a: {count: 4000}, b: {levels_of: a}}\nstages:\n  d: {use: data/rotated-digits, angles: \"${a}\", over: {a: {not: \"${b}\"}}}\n")),
    "twins of a hundred thousand": ("out-of-range", grown("axes: {a: {count: 100000}, b: {levels_of: a}}\nstages:\n  d: {use: data/rotated-digits, seed: \"${a}\"}\n")),
    "a hundred thousand seeds": (FINE, grown('axes: {seed: {count: 100000}}\nstages:\n  d: {use: data/rotated-digits, seed: "${seed}"}\n')),
    "a thousand exclusions of a large grid": (FINE, grown('axes: {a: {count: 300}, b: {count: 300}}\nexclude:\n' + "".join(f"  - {{a: {i % 300}, b: {i // 4}}}\n" for i in range(1000)) + 'stages:\n  d: {use: data/rotated-digits, angles: ["${a}", "${b}"]}\n')),
    "exclusions of all but the diagonal": (FINE, grown('axes: {a: {count: 200}, b: {count: 200}}\nexclude:\n' + "".join(f"  - {{a: {i}, b: [{', '.join(str(j) for j in range(200) if j != i)}]}}\n" for i in range(0, 200, 2)) + 'stages:\n  d: {use: data/rotated-digits, angles: ["${a}", "${b}"]}\n')),
    "all excluded": ("no-cells", edited("claims:", "exclude: [{seed: [0, 1, 2, 3, 4]}]\nclaims:")),
    "a search of a hundred thousand trials": ("out-of-range", searched("{search: defaults, trials: 100000}")),
    "a search of a billion trials": ("out-of-range", searched("{search: defaults, trials: 1000000000}")),
    "a sequence of a hundred thousand steps": (FINE, grown('axes: {r: {sequence: 100000}}\nstages:\n  d: {use: data/rotated-digits}\n  s: {use: data/random-split, data: "${d}"}\n  m: {use: train/classifier, data: "${s.train}", start: {previous: "${m}", initially: null}}\n')),
    "a sequence of a billion steps": ("out-of-range", grown('axes: {r: {sequence: 1000000000}}\nstages:\n  d: {use: data/rotated-digits, seed: "${r}"}\n')),
    "a thousand gathered by a thousand": (FINE, bare(STUDY).replace("{count: 5}", "{count: 1000}") + '  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed, held_out, method]}\n'),
    "gathered for each of many": ("grid-size", bare(STUDY).replace("{count: 5}", "{count: 3000}").replace("axes:", "axes:\n  other: {count: 3000}") + '  mean: {use: measure/mean, values: ["${score.accuracy}", "${again.accuracy}"], over: [seed]}\n  again: {like: score, model: "${m2}"}\n  m2: {like: model, seed: "${other}"}\n'),
    "a long title": (FINE, edited("Does it hold?", "word " * 20_000)),
    "long notes": (FINE, STUDY + "notes: |\n" + "  word word word\n" * 10_000),
    "long levels": (FINE, edited("erm: {}", f'"{"x" * 1_000}": {{erm: {{}}}}').replace("less: erm", "less: " + "x" * 1_000)),
    "a level of thousands of accents": (FINE, edited("erm: {}", f'"e{chr(0x301) * 500}": {{erm: {{}}}}').replace("less: erm", f'less: "e{chr(0x301) * 500}"')),
    "levels alike to their last letter": (FINE, edited("erm: {}", "".join(f'"{"x" * 1_000}{i}": {{erm: {{}}}}\n    ' for i in range(100)) + "erm: {}")),
    "a level like none of thousands": ("unknown-level", edited("erm: {}", "".join(f"method-of-name-{i}: {{erm: {{}}}}\n    " for i in range(3_000)) + "erm: {}").replace("less: erm", "less: methd-of-nme")),
    "thousands of unknown levels": ("unknown-level", edited("less: erm", "less: erm, where: {held_out: [" + ", ".join(f"degree-{i}" for i in range(3_000)) + "]}")),
    "thousands of unknown references": ("out-of-range", grown("stages:\n" + "".join(f'  s{i}: {{use: data/random-split, data: "${{t{i}}}"}}\n' for i in range(2_000)))),
    "thousands of axes": ("out-of-range", bare(more("axes", "\n".join(f"  a{i}: [0, 1]" for i in range(3_000))))),
    "thousands of stages": ("out-of-range", grown("stages:\n" + "".join(f"  s{i}: {DIGITS}\n" for i in range(5_000)))),
    "thousands of wrong stages": ("out-of-range", grown("stages:\n" + "".join(f"  s{i}: {{use: data/rotated-digit}}\n" for i in range(5_000)))),
    "a chain of a thousand stages": ("out-of-range", grown("stages:\n  s0: {use: data/rotated-digits}\n" + "".join(f'  s{i}: {{use: data/sample-rows, data: "${{s{i - 1}}}", rows: 5}}\n' for i in range(1, 1_000)))),
    "a chain of a thousand stages, each seeded anew": ("out-of-range", grown("axes:\n" + "".join(f"  a{i}: [0, 1]\n" for i in range(300)) + "stages:\n  s0: {use: data/rotated-digits}\n" + "".join(f'  s{i}: {{use: data/sample-rows, data: "${{s{i - 1}}}", rows: 5, seed: "${{a{i - 1}}}"}}\n' for i in range(1, 301)))),
    "a chain of a thousand likes": ("out-of-range", grown(f"stages:\n  s0: {DIGITS}\n" + "".join(f"  s{i}: {{like: s{i - 1}}}\n" for i in range(1, 1_000)))),
    "a chain of likes from its end": ("out-of-range", grown("stages:\n" + "".join(f"  s{i}: {{like: s{i + 1}}}\n" for i in range(1_000)) + f"  s1000: {DIGITS}\n")),
    "a circle of a thousand likes": ("out-of-range", grown("stages:\n" + "".join(f"  s{i}: {{like: s{(i + 1) % 1000}}}\n" for i in range(1_000)))),
    "a circle of a thousand stages": ("out-of-range", grown("stages:\n" + "".join(f'  s{i}: {{use: data/sample-rows, data: "${{s{(i + 1) % 1000}}}", rows: 5}}\n' for i in range(1_000)))),
    "a chain of a thousand axes": ("out-of-range", grown("axes:\n" + "".join(f'  a{i}: {{x: "${{a{i + 1}}}"}}\n' for i in range(1_000)) + '  a1000: [0, 1]\nstages:\n  d: {use: data/rotated-digits, seed: "${a0}"}\n')),
    "a circle of a thousand axes": ("out-of-range", grown("axes:\n" + "".join(f'  a{i}: {{x: "${{a{(i + 1) % 1000}}}"}}\n' for i in range(1_000)) + 'stages:\n  d: {use: data/rotated-digits, seed: "${a0}"}\n')),
    "a large stage that a thousand others are like": ("yaml-size", grown("stages:\n  s0: {use: data/rotated-digits, angles: [" + ", ".join(map(str, range(360))) + "]}\n" + "".join(f"  s{i}: {{like: s0}}\n" for i in range(1, 1_000)))),
    "thousands of claims": ("undecidable", STUDY + "".join(f"  c{i}:\n    says: x\n    threshold: {{metric: score.accuracy, above: 0.1, pair: [seed]}}\n" for i in range(2_000))),
    "claims over many cells": (FINE, edited("{count: 5}", "{count: 4000}") + "".join(f"  c{i}:\n    says: x\n    threshold: {{metric: score.accuracy, above: 0.1, pair: [seed]}}\n" for i in range(100))),
    "thousands of tables": (FINE, STUDY + "tables:\n" + "".join(f"  t{i}: {{rows: method, columns: held_out, value: score.accuracy}}\n" for i in range(4_000))),
    "thousands of figures": (FINE, STUDY + "figures:\n" + "".join(f"  f{i}: {{mark: line, x: held_out, y: score.accuracy}}\n" for i in range(4_000))),
    "thousands of scales": ("out-of-range", STUDY + "scales:\n" + "".join(f"  s{i}: {{axes: {{seed: {{count: {i % 50 + 5}}}}}}}\n" for i in range(1_000))),
    "thousands of wrong scales": ("out-of-range", STUDY + "scales:\n" + "".join(f"  s{i}: {{stages: {{modle: {{steps: {i}}}}}}}\n" for i in range(1_000))),
    "a claim of an order of thousands": ("wrong-value", claim("order: {metric: score.accuracy, axis: method, levels: [" + "erm, coral, " * 2_000 + "], pair: [seed]}")),
    "a choice of thousands": (FINE, searched("{search: {learning_rate: {choice: [" + ", ".join(f"{i}e-6" for i in range(1, 10_000)) + "]}}, trials: 3}")),
    "a stage of a long name": ("bad-name", grown(f"stages:\n  {'s' * 300}: {DIGITS}\n")),
    "a study of a long name": ("bad-name", edited("study: stranger", f"study: {'s' * 300}")),
    "a claim of a long name": ("bad-name", edited("  helps:", f"  {'s' * 300}:")),
    "a scale of a long name": ("bad-name", STUDY + f"scales:\n  {'s' * 300}: {{axes: {{seed: {{count: 6}}}}}}\n"),
    "a figure of a long name": ("bad-name", STUDY + f"figures:\n  {'s' * 300}: {{mark: line, x: held_out, y: score.accuracy}}\n"),
    "an axis of a long name": ("bad-name", STUDY.replace("held_out", "h" * 300)),
    "many long names": (FINE, STUDY.replace("held_out", "h" * 60).replace("score", "s" * 60).replace("method", "m" * 60)),
}  # fmt: skip

NAMES = {
    **{f"a stage called {name}": ("reserved-name bad-name", STUDY.replace("score", name)) for name in ("rule", "lambda", "import", "config", "all", "wildcards", "class", "checkpoint", "None")},
    **{f"an axis called {name}": ("reserved-name bad-name unknown-axis wrong-type", STUDY.replace("held_out", name)) for name in ("step", "metric", "value", "stage", "group", "Seed", "held-out", "0", "null")},
    **{f"a study called {name}": ("bad-name wrong-type reserved-name missing-key", edited("study: stranger", f"study: {name}")) for name in ("..", "-rf", "a/b", '""', "a b", "A", "a_b", "con.txt", "true", "[a]", "a.yaml", "$(id)", "$HOME", "'a\n\n  b'")},
    **{f"a scale called {name}": ("bad-name reserved-name", STUDY + f"scales:\n  {name}: {{axes: {{seed: {{count: 6}}}}}}\n") for name in ("full", "../x", "Smoke", "a b", "1.5", "null")},
    **{f"a claim called {name}": ("bad-name reserved-name", edited("  helps:", f"  {name}:")) for name in ("../x", "A", "a_b", "a b", "..", "1.5")},
    "a study called nul": (FINE, edited("study: stranger", "study: nul")),
    "a scale called smoke and one called Smoke": ("bad-name", STUDY + "scales:\n  smoke: {axes: {seed: {count: 6}}}\n  Smoke: {axes: {seed: {count: 6}}}\n"),
    "an axis and a stage of one name": ("name-clash", STUDY.replace("held_out", "score")),
}  # fmt: skip

WRONG = ("3", "x", "[1]", "{}", "", "true")
SLOTS = {
    "heldout": "heldout: 1", "study": "study: stranger", "title": "title: Does it hold?", "seed": "seed: {count: 5}",
    "held_out": "held_out: [0, 15, 30, 45, 60]", "penalty": "penalty: 1.0", "count": "count: 5",
    "angles": "angles: [0, 15, 30, 45, 60]", "objective": 'objective: "${method}"', "steps": "steps: 5",
    "model": 'model: "${model}"', "use": "use: evaluate/classification", "says": "says: CORAL is more accurate than ERM.",
    "metric": "metric: score.accuracy", "axis": "axis: method", "greater": "greater: coral", "pair": "pair: [held_out, seed]",
}  # fmt: skip
ADDED = {
    "over": score("over: §"), "when": score("when: §"), "search": score("search: §"), "oracle": score("oracle: §"),
    "like": score("like: §"), "tolerance": score("tolerance: §"), "resources": score("resources: §"),
    "training_rows": score("training_rows: §"), "threads": score("resources: {threads: §}"),
    "alpha": compare(alpha="§"), "margin": compare(margin="§"), "cluster": compare(cluster="§"), "where": compare(where="§"),
    "missing": compare(missing="§"), "test": compare(test="§"), "where.seed": compare(where="{seed: §}"),
    "notes": STUDY + "notes: §\n", "paper": STUDY + "paper: §\n", "paper.year": STUDY + "paper: {title: x, year: §}\n",
    "image": STUDY + "image: §\n", "operators": STUDY + "operators: §\n", "zip": STUDY + "zip: §\n",
    "zip.0": STUDY + "zip: [§]\n", "exclude": STUDY + "exclude: §\n", "exclude.0": STUDY + "exclude: [§]\n",
    "figures": STUDY + "figures: §\n", "figure": STUDY + "figures: {f: §}\n",
    "mark": STUDY + "figures: {f: {mark: §, x: held_out, y: score.accuracy}}\n",
    "x": STUDY + "figures: {f: {mark: line, x: §, y: score.accuracy}}\n",
    "y": STUDY + "figures: {f: {mark: line, x: held_out, y: §}}\n",
    "log": STUDY + "figures: {f: {mark: line, x: held_out, y: score.accuracy, log: §}}\n",
    "tables": STUDY + "tables: §\n", "table": STUDY + "tables: {t: §}\n",
    "rows": STUDY + "tables: {t: {rows: §, columns: held_out, value: score.accuracy}}\n",
    "unit": STUDY + "tables: {t: {rows: method, columns: held_out, value: score.accuracy, unit: §}}\n",
    "scales": STUDY + "scales: §\n", "scale": STUDY + "scales: {s: §}\n", "scale.axes": STUDY + "scales: {s: {axes: §}}\n",
    "scale.seed": STUDY + "scales: {s: {axes: {seed: §}}}\n", "scale.stages": STUDY + "scales: {s: {stages: §}}\n",
    "scale.model": STUDY + "scales: {s: {stages: {model: §}}}\n", "scale.steps": STUDY + "scales: {s: {stages: {model: {steps: §}}}}\n",
    "scale.claims": STUDY + "scales: {s: {claims: §}}\n", "scale.helps": STUDY + "scales: {s: {claims: {helps: §}}}\n",
    "axes": bare().replace(bare()[bare().index("axes:"):bare().index("stages:")], "axes: §\n"),
    "stages": "heldout: 1\nstudy: a\nstages: §\n", "stage": "heldout: 1\nstudy: a\nstages: {d: §}\n",
    "claims": bare() + "claims: §\n", "claim": bare() + "claims: {c: §}\n", "compare": claim("compare: §"), "kind": claim("§: {}"),
    "start": model("start: §, steps: 5"), "start.previous": model("start: {previous: §, initially: null}"),
    "start.from": model("start: {from: §, at: {seed: 0}}"), "start.at": model('start: {from: "${split}", at: §}'),
    "network": model("network: §"), "network.mlp": model("network: {mlp: §}"), "width": model("network: {mlp: {width: §}}"),
    "trial": searched("§"), "trial.search": searched("{search: §, trials: 3}"), "trials": searched("{search: defaults, trials: §}"),
    "prior": searched("{search: {learning_rate: §}, trials: 3}"), "choice": searched("{search: {learning_rate: {choice: §}}, trials: 3}"),
    "uniform": searched("{search: {learning_rate: {uniform: §}}, trials: 3}"),
    "sequence": bare(more("axes", "  r: {sequence: §}")), "levels": bare(more("axes", "  r: {levels: §, title: x}")),
    "axis.title": bare(edited("{count: 5}", "{count: 5, title: §}")),
}  # fmt: skip
# What is right after all, of the wrong values in these places; an empty text stands for nothing at all.
FITTING: dict[str, tuple[str, ...]] = {
    "study": ("x",), "title": ("x",), "seed": ("[1]",), "held_out": ("[1]",), "penalty": ("3",), "count": ("3",),
    "angles": ("[1]",), "steps": ("3",), "says": ("x",), "when": ("{}", ""), "tolerance": ("",),
    "resources": ("{}", ""), "threads": ("3",), "margin": ("3",), "cluster": ("",), "where": ("{}",),
    "where.seed": ("3", "[1]"), "notes": ("x",), "paper": ("{}", ""), "paper.year": ("3", "x"),
    "figures": ("{}", ""), "x": ("",), "log": ("x",), "tables": ("{}", ""), "rows": ("",), "unit": ("",),
    "scales": ("{}", ""), "scale": ("{}", ""), "scale.axes": ("{}",), "scale.seed": ("[1]",),
    "scale.stages": ("{}",), "scale.model": ("{}",), "scale.steps": ("3",), "scale.claims": ("{}", ""),
    "scale.helps": ("{}", ""), "claims": ("{}", ""), "start": ("",), "network.mlp": ("{}", ""), "width": ("3",),
    "trials": ("3",), "choice": ("[1]",), "axis.title": ("x",),
}  # fmt: skip


def of_wrong_types() -> Iterator[Spec]:
    """Every place of a spec, given every type of value."""
    slots = {name: edited(place, f"{place.split(':')[0]}: §") for name, place in SLOTS.items()} | ADDED
    for (name, text), value in product(slots.items(), WRONG):
        expected = FINE if value in FITTING.get(name, ()) else REFUSED
        yield Spec(f"types: {name} is {value or 'nothing'}", expected, text.replace("§", value or "null", 1))


OPERATORS = {
    f"operators: {written}": (expected, STUDY + f"operators: [{written}]\n")
    for written, expected in {
        "../x.py": "unsafe-path", "/etc/passwd": "wrong-type", "/etc/x.py": "unsafe-path", "~/x.py": "missing-file unsafe-path", "missing.py": "missing-file",
        "a/../../x.py": "unsafe-path", "./missing.py": "missing-file", '""': "missing-file unsafe-path wrong-type operator-file",
        ".": "missing-file unsafe-path operator-file wrong-type", "..": "wrong-type", "file:///etc/passwd": "wrong-type",
        "https://example.org/x.py": "missing-file unsafe-path", "C:\\x.py": "missing-file unsafe-path", '"a\\0b.py"': "control-character",
        "my_operators": "wrong-type", "*.py": "yaml-syntax yaml-alias", '"*.py"': "missing-file unsafe-path bad-name", "3": "wrong-type",
        "{a: b.py}": "wrong-type", "null": "wrong-type", "[a.py]": "wrong-type", '"${seed}"': "missing-file wrong-type bad-reference", "study.yaml": "wrong-type",
    }.items()
}  # fmt: skip

GRID = {
    "when of an axis that is not reached": ("axis-unreached", edited("angles: [0, 15, 30, 45, 60]}", "angles: [0, 15, 30, 45, 60], when: {seed: 0}}")),
    "when of a stage": ("unknown-axis", score("when: {model: 0}")),
    "when of an unknown level": ("unknown-level", score("when: {method: corall}")),
    "when of a number as text": (FINE, score('when: {held_out: "15"}')),
    "when with a comparison": ("unknown-level", bare(score('when: {held_out: "> 15"}'))),
    "when with not": ("wrong-type", bare(score("when: {not: {method: erm}}"))),
    "when in words": ("wrong-type", bare(score("when: method == erm"))),
    "when with a range": ("unknown-level", bare(score("when: {held_out: 0..30}"))),
    "when with a list of conditions": ("wrong-type", bare(score("when: [{method: erm}, {seed: 0}]"))),
    "when with a level twice": (FINE, bare(score("when: {method: [erm, erm]}"))),
    "when that leaves a claim without its other side": ("unpaired", score("when: {method: erm}")),
    "when of the level of another axis": (FINE, bare(score('when: {held_out: "${seed}"}'))),
    "when of another axis with its levels": (FINE, bare(edited("{count: 5}", "[0, 15, 30]").replace('data: "${split.test}"}', 'data: "${split.test}", when: {held_out: "${seed}"}}'))),
    "when and excluded": ("no-cells", bare(score("when: {method: erm}")) + "exclude: [{method: erm}]\n"),
    "exclude of nothing": (FINE, STUDY + "exclude: []\n"),
    "exclude of an empty rule": ("wrong-type", STUDY + "exclude: [{}]\n"),
    "exclude of an unknown axis": ("unknown-axis", STUDY + "exclude: [{seeds: 0}]\n"),
    "exclude of an axis by itself": ("no-cells", bare() + 'exclude: [{seed: "${seed}"}]\n'),
    "exclude of what is not one cell": (FINE, bare() + "exclude: [{seed: 0, method: erm, held_out: 0}]\n"),
    "exclude that unpairs": ("unpaired", STUDY + "exclude: [{seed: 0, method: erm}]\n"),
    "zip of one axis": ("wrong-type", STUDY + "zip: [[seed]]\n"),
    "zip of an axis with itself": ("zip-twice", STUDY + "zip: [[seed, seed]]\n"),
    "zip of unequal axes": ("zip-length", STUDY + "zip: [[seed, method]]\n"),
    "zip of a stage": ("unknown-axis", STUDY + "zip: [[seed, model]]\n"),
    "zip without brackets": ("wrong-type", STUDY + "zip: [seed, held_out]\n"),
    "zip of what a claim pairs": (FINE, STUDY + "zip: [[seed, held_out]]\n"),
    "zip of what a claim compares": ("unpaired", STUDY.replace("{count: 5}", "{count: 2}") + "zip: [[seed, method]]\n"),
    "zip of a sequence": (FINE, bare(edited("{count: 5}", "{sequence: 5}")) + "zip: [[seed, held_out]]\n"),
    "zip in a circle": ("zip-twice", STUDY + "zip: [[seed, held_out], [held_out, seed]]\n"),
    "a scale that changes one of a zip": ("zip-length", STUDY + "zip: [[seed, held_out]]\nscales: {s: {axes: {seed: {count: 6}}}}\n"),
    "over what is not there": ("unknown-axis", stage('use: measure/mean, values: "${score.accuracy}", over: [seeds]')),
    "over a stage": ("unknown-axis", stage('use: measure/mean, values: "${score.accuracy}", over: [model]')),
    "over twice": (FINE, stage('use: measure/mean, values: "${score.accuracy}", over: [seed, seed]')),
    "over nothing": (FINE, stage('use: measure/mean, values: "${score.accuracy}", over: []')),
    "over what is gathered": ("over-unreached", stage('use: measure/mean, values: "${score.accuracy}", over: [seed]', 'again: {use: measure/mean, values: "${extra.mean}", over: [seed]}')),
    "over as text": ("wrong-type", stage('use: measure/mean, values: "${score.accuracy}", over: seed')),
    "over without what gathers": ("gather-into-one", bare(score("over: [seed]"))),
    "over a sequence by itself": ("stage-circle", stage('use: measure/mean, values: ["${extra.mean}"], over: [seed]')),
    "a mean of a list without over": (FINE, stage('use: measure/mean, values: ["${score.accuracy}", "${score.nll}"]')),
    "a mean of one without over": (FINE, stage('use: measure/mean, values: "${score.accuracy}"')),
    "from without at": ("wrong-kind", model('start: {from: "${split}"}')),
    "from an axis": ("unknown-stage", model('start: {from: "${seed}", at: {seed: 0}}')),
    "from itself": ("stage-circle", model('start: {from: "${model}", at: {seed: 0}}')),
    "from without a reference": ("wrong-type", model("start: {from: model, at: {seed: 0}}")),
    "from a score": ("stage-circle wrong-kind", model('start: {from: "${score}", at: {seed: 0}}')),
    "at an unknown axis": ("unknown-axis", stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {seeds: 0}}')),
    "at an unknown level": ("unknown-level", stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {seed: 77}}')),
    "at several levels": ("wrong-type", stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {seed: [0, 1]}}')),
    "at nothing": ("wrong-type", stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {}}')),
    "at an axis by another": (FINE, stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {seed: "${fold}"}}').replace("axes:", "axes:\n  fold: [0, 1]")),
    "at an axis by one with other levels": ("unknown-level", stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {seed: "${fold}"}}').replace("axes:", "axes:\n  fold: [0, 99]")),
    "at an axis that is gathered": ("over-unreached", stage('use: measure/mean, values: [{from: "${score.accuracy}", at: {seed: 0}}], over: [seed]')),
    "at with a key beside": ("wrong-kind", stage('use: evaluate/classification, data: "${split.test}", model: {from: "${model}", at: {seed: 0}, where: {}}')),
    "previous without a sequence": ("not-a-sequence", model('start: {previous: "${model}", initially: null}')),
    "previous without a start": ("sequence-start", bare(edited("steps: 5", 'start: {previous: "${model}"}', edited("{count: 5}", "{sequence: 5}")))),
    "previous with a start of another kind": ("wrong-kind", bare(edited("steps: 5", 'start: {previous: "${model}", initially: "${domains}"}', edited("{count: 5}", "{sequence: 5}")))),
    "previous of an axis": ("unknown-stage", bare(edited("steps: 5", 'start: {previous: "${seed}", initially: null}', edited("{count: 5}", "{sequence: 5}")))),
    "previous in text": ("wrong-type", bare(edited("steps: 5", "start: {previous: model, initially: null}", edited("{count: 5}", "{sequence: 5}")))),
    "previous of a previous": ("wrong-type", bare(edited("steps: 5", 'start: {previous: {previous: "${model}"}, initially: null}', edited("{count: 5}", "{sequence: 5}")))),
    "previous along what is none": ("not-a-sequence", bare(edited("steps: 5", 'start: {previous: "${model}", initially: null, along: method}', edited("{count: 5}", "{sequence: 5}")))),
    "previous for a parameter": ("unknown-stage", bare(edited("steps: 5", 'steps: {previous: "${seed}", initially: 5}', edited("{count: 5}", "{sequence: 5}")))),
    "previous that is right": (FINE, bare(edited("steps: 5", 'start: {previous: "${model}", initially: null}', edited("{count: 5}", "{sequence: 5}")))),
    "like itself": ("unknown-stage", stage("like: extra")),
    "like an axis": ("unknown-stage", stage("like: seed")),
    "like a reference": ("unknown-stage", stage('like: "${score}"')),
    "like with null for a port": ("wrong-kind", stage("like: score, model: null")),
    "like with another operator": ("unknown-argument", stage("like: score, use: data/rotated-digits")),
    "an axis in its own level": ("axis-circle", bare(edited("{count: 5}", '{a: "${seed}"}'))),
    "a level that is an arm of its reader": ("stage-circle", bare(edited("steps: 5", 'start: "${arm}"', more("axes", '  arm: {a: null, b: "${model}"}')))),
    "an axis of dictionaries": ("bad-level", bare(edited("{count: 5}", "[{a: 1}, {b: 2}]"))),
    "an axis of ranges": ("wrong-value", bare(edited("{count: 5}", '["0-4", "5-9"]'))),
    "an axis of one": (FINE, bare(edited("{count: 5}", "[0]"))),
    "an axis that is a number": ("wrong-type", bare(edited("{count: 5}", "5"))),
    "an axis that is a range of Python": ("wrong-type", bare(edited("{count: 5}", "range(5)"))),
    "an axis with count and levels": ("unknown-key", bare(edited("{count: 5}", "{count: 5, levels: [0, 1]}"))),
    "an axis with a range": (FINE, bare(edited("{count: 5}", "{from: 0, to: 4}"))),
    "search along an axis that is none": ("not-a-search", bare(edited("steps: 5", 'search: "${seed}"'))),
    "search by name": ("wrong-type", searched("{search: defaults, trials: 3}", "search: trial")),
    "search of a parameter that is none": ("unused-hyperparameter", searched("{search: {lr: {uniform: [0, 1]}}, trials: 3}")),
    "search without trials": ("missing-key", searched("{search: defaults}")),
    "search of no prior": ("bad-prior", searched("{search: {learning_rate: 0.1}, trials: 3}")),
    "search of an unknown prior": ("bad-prior", searched("{search: {learning_rate: {normal: [0, 1]}}, trials: 3}")),
    "search of a prior as Python writes it": ("bad-prior", searched("{search: {learning_rate: loguniform(1e-4, 1e-2)}, trials: 3}")),
    "search over what a parameter refuses": ("wrong-value", searched("{search: {batch_size: {uniform: [-5, 0]}}, trials: 3}")),
    "a prior without a search": ("no-search-axis", bare(edited("steps: 5", "learning_rate: {search: {uniform: [0.1, 1]}}"))),
    "test labels that train": ("held-out-leak", edited("${split.train}", "${split.test}")),
    "the whole data that trains": ("held-out-leak", edited('data: "${split.train}"', 'data: "${domains}"')),
    "a split without its part": ("which-output", edited('data: "${split.test}"', 'data: "${split}"')),
    "a score on training rows": ("training-rows", edited("${split.test}", "${split.train}")),
    "an oracle without need": ("needless-oracle", score("oracle: true")),
}  # fmt: skip

CLAIMS = {
    "a metric that is not there": ("unknown-metric", compare(metric="score.acc")),
    "a metric of no stage": ("unknown-metric", compare(metric="accuracy")),
    "a stage for a metric": ("unknown-metric", compare(metric="score")),
    "a metric of a metric": ("unknown-metric", compare(metric="score.accuracy.mean")),
    "a metric of a dataset": ("unknown-metric", compare(metric="domains.accuracy")),
    "a metric as a reference": ("unknown-metric", compare(metric='"${score.accuracy}"')),
    "a metric of a curve": ("unknown-metric", compare(metric="model.curve")),
    "an axis that is not there": ("unknown-axis", compare(axis="methods")),
    "a stage for an axis": ("unknown-axis", compare(axis="model")),
    "a level against itself": ("wrong-value", compare(greater="erm")),
    "a level of another axis": ("unknown-level", compare(greater="15")),
    "a pair of the axis itself": ("wrong-value", compare(pair="[method, seed]")),
    "a pair that is not there": ("unknown-axis", compare(pair="[seeds]")),
    "a pair of nothing": ("undecidable", compare(pair="[]")),
    "a pair twice": (FINE, compare(pair="[seed, seed]")),
    "a pair as text": ("wrong-value", compare(pair="seed")),
    "a pair of none": ("missing-argument", compare(pair="")),
    "a cluster that is not paired": ("unknown-axis", compare(pair="[seed]", cluster="held_out")),
    "an alpha of 0": ("wrong-value", compare(alpha="0")),
    "an alpha of 1": ("wrong-value", compare(alpha="1")),
    "an alpha in per cent": ("wrong-value", compare(alpha="5%")),
    "an alpha that is tiny": ("undecidable", compare(alpha="1e-300")),
    "an alpha that is tinier": ("undecidable", compare(alpha="5e-324")),
    "a margin beyond all": (FINE, compare(margin="1e308")),
    "a where that leaves one side": ("unpaired", compare(where="{method: erm}")),
    "a where that leaves nothing": ("unpaired", compare(where="{seed: []}")),
    "a where that leaves little": ("undecidable", compare(pair="[seed]", where="{seed: [0, 1]}")),
    "a where of an unknown axis": ("unknown-axis", compare(where="{seeds: 0}")),
    "a where of an unknown level": ("unknown-level", compare(where="{seed: 7}")),
    "a where with null for an axis": ("unknown-axis", compare(where="{null: 1}")),
    "a where in words": ("wrong-value", compare(where="seed > 2")),
    "a where with a level of lists": ("unknown-level", compare(where="{seed: [[0]]}")),
    "no sentence": ("missing-key", STUDY.replace("    says: CORAL is more accurate than ERM.\n", "")),
    "an empty sentence": (FINE, edited("CORAL is more accurate than ERM.", '""')),
    "a claim that is a sentence": ("wrong-type", bare() + "claims:\n  better: CORAL is better.\n"),
    "a list of claims": ("wrong-type", bare() + "claims:\n  - says: x\n"),
    "a claim that names an operator": ("wrong-type", claim("use: compare")),
    "two kinds": ("claim-kind", claim("compare: {}\n    threshold: {}")),
    "a kind in capitals": ("unknown-claim", claim("Compare: {}")),
    "a kind with an underscore": ("unknown-claim", claim("at_chance: {metric: score.accuracy, chance: 0.1, margin: 0.5, pair: [held_out, seed]}")),
    "a kind of an older name": ("unknown-claim", claim("less-than: {metric: score.accuracy}")),
    "both bounds": ("wrong-value", claim("threshold: {metric: score.accuracy, above: 0.1, below: 0.9, pair: [held_out, seed]}")),
    "no bound": ("wrong-value", claim("threshold: {metric: score.accuracy, pair: [held_out, seed]}")),
    "a bound that is text": ("wrong-value", claim("threshold: {metric: score.accuracy, above: chance, pair: [held_out, seed]}")),
    "a bound in per cent": ("wrong-value", claim("threshold: {metric: score.accuracy, above: 50%, pair: [held_out, seed]}")),
    "a margin of nothing": ("wrong-value", claim("equivalent: {metric: score.accuracy, axis: method, level: erm, reference: coral, margin: 0, pair: [held_out, seed]}")),
    "equivalent to itself": ("wrong-value", claim("equivalent: {metric: score.accuracy, axis: method, level: erm, reference: erm, margin: 0.1, pair: [held_out, seed]}")),
    "an order of one": ("wrong-value", claim("order: {metric: score.accuracy, axis: method, levels: [erm], pair: [held_out, seed]}")),
    "an order with a level twice": ("wrong-value", claim("order: {metric: score.accuracy, axis: method, levels: [erm, coral, erm], pair: [held_out, seed]}")),
    "highest of itself": ("wrong-value", claim("highest: {metric: score.accuracy, axis: method, level: erm, than: [erm], pair: [held_out, seed]}")),
    "highest of none": ("wrong-value", claim("highest: {metric: score.accuracy, axis: method, level: erm, than: [], pair: [held_out, seed]}")),
    "a trend of words": ("missing-argument", claim("trend: {metric: score.accuracy, axis: method, pair: [held_out, seed]}")),
    "a fit of words": ("undecidable", claim("fit: {metric: score.accuracy, axis: method, curve: quadratic, above: 0, pair: [held_out, seed]}")),
    "a fit of an unknown curve": ("wrong-value", claim("fit: {metric: score.accuracy, axis: held_out, curve: cubic, pair: [method, seed]}")),
    "a power law at zero": ("undecidable", claim("fit: {metric: score.accuracy, axis: held_out, curve: power-law, below: 0, pair: [method, seed]}")),
    "steps to what has none": (FINE, claim("steps-to: {metric: score.accuracy, axis: method, level: 0.5, sooner: coral, later: erm, pair: [held_out, seed]}")),
    "steps to what is right": (FINE, claim("steps-to: {metric: model.loss, axis: method, level: 0.5, sooner: coral, later: erm, rising: false, pair: [held_out, seed]}")),
    "a correlation with itself": (FINE, claim("correlate: {metric: score.accuracy, against: score.accuracy, axis: held_out, above: 0, pair: [method, seed]}")),
    "a correlation with what is not there": ("unknown-metric", claim("correlate: {metric: score.accuracy, against: score.nothing, axis: held_out, above: 0}")),
    "an interaction of one axis": ("wrong-value", claim("interaction: {metric: score.accuracy, axis: method, by: method, greater: erm, less: coral, larger: erm, smaller: coral, pair: [held_out, seed]}")),
    "a figure of nothing": ("missing-key", STUDY + "figures:\n  f: {}\n"),
    "a figure of a metric that is not there": ("unknown-metric", STUDY + "figures:\n  f: {mark: line, x: held_out, y: score.acc}\n"),
    "a figure of an unknown mark": ("wrong-value", STUDY + "figures:\n  f: {mark: violin, x: held_out, y: score.accuracy}\n"),
    "a figure of Vega-Lite": ("missing-key unknown-key", STUDY + "figures:\n  f: {mark: line, encoding: {x: {field: held_out}}}\n"),
    "a figure with an axis twice": (FINE, STUDY + "figures:\n  f: {mark: line, x: held_out, y: score.accuracy, color: held_out}\n"),
    "a figure of words on a logarithm": (FINE, STUDY + "figures:\n  f: {mark: line, x: method, y: score.accuracy, log: x}\n"),
    "a table of one axis twice": ("wrong-value", STUDY + "tables:\n  t: {rows: method, columns: method, value: score.accuracy}\n"),
    "a table of lists": (FINE, STUDY + "tables:\n  t: {rows: [method, seed], columns: held_out, value: score.accuracy}\n"),
    "a table of a curve": (FINE, STUDY + "tables:\n  t: {rows: method, columns: held_out, value: model.loss}\n"),
}  # fmt: skip


def scaled(overlay: str) -> str:
    return STUDY + f"scales:\n  s:\n    {overlay}\n"


SCALES = {
    "an unknown axis": ("unknown-name", scaled("axes: {seeds: 3}")),
    "a whole new axis that nothing reads": ("unused-axis", scaled("axes: {other: [1, 2]}")),
    "an unknown stage": ("unknown-name", scaled("stages: {modle: {steps: 3}}")),
    "an unknown claim": ("missing-key", scaled("claims: {help: {compare: {alpha: 0.1}}}")),
    "a study": ("unknown-key", scaled("study: other")),
    "a language": ("unknown-key", scaled("heldout: 1")),
    "scales": ("unknown-key", scaled("scales: {t: {}}")),
    "operators": (FINE, scaled("operators: []")),
    "an unknown image": ("unknown-image", scaled("image: nothing")),
    "nothing for an axis in use": ("unknown-reference", scaled("axes: {seed: null}")),
    "nothing for a stage in use": ("unknown-reference", scaled("stages: {split: null}")),
    "nothing for all stages": ("missing-key", scaled("stages: null")),
    "nothing for all axes": ("unknown-reference", scaled("axes: null")),
    "nothing for a parameter": ("wrong-value", scaled("stages: {score: {model: null}}").replace("{score: {model", "{model: {steps")),
    "nothing for a port": ("wrong-kind", scaled("stages: {score: {model: null}}")),
    "an axis by a list of unknown levels": ("unknown-level", scaled("axes: {method: [erm, irm]}")),
    "an axis by other levels": (FINE, scaled("axes: {held_out: [0, 15, 30, 45, 60, 75]}")),
    "an axis without what a claim compares": ("unknown-level", scaled("axes: {method: [erm]}")),
    "an axis too short for a claim": ("undecidable", scaled("axes: {seed: {count: 1}, held_out: [0, 15]}")),
    "an axis too short and no claim": (FINE, scaled("axes: {seed: {count: 1}, held_out: [0, 15]}\n    claims: null")),
    "an axis as a number": ("wrong-type", scaled("axes: {seed: 1}")),
    "half an axis": ("unknown-level", scaled("axes: {method: {coral: {penalty: 10.0}}}")),
    "like": ("unknown-argument", scaled("stages: {score: {like: model}}")),
    "like another": (FINE, scaled('stages: {again: {like: score, data: "${split.select}"}}')),
    "another operator": ("missing-argument", scaled("stages: {score: {use: evaluate/adapted}}")),
    "a figure of no study": ("missing-key", scaled("figures: {f: {mark: line}}")),
    "a mark that leads nowhere": (FINE, scaled("exclude: [{seed: 0}]\n    claims: null")),
    "a zip": ("zip-length", scaled("zip: [[seed, method]]\n    claims: null")),
    "a title": (FINE, scaled("title: Smaller")),
    "nothing at all": (FINE, STUDY + "scales: {s: null}\n"),
    "an empty mapping": (FINE, STUDY + "scales: {s: {}}\n"),
    "a list": ("wrong-type", STUDY + "scales: {s: [seed]}\n"),
    "dots": ("unknown-key", scaled("axes.seed.count: 1")),
    "a reference": ("wrong-type", STUDY + 'scales: {s: "${t}"}\n'),
}  # fmt: skip

ELSEWHERE = {
    "Hydra defaults": ("unknown-key", "defaults:\n  - model: resnet\n  - _self_\n" + STUDY),
    "a target of Hydra": ("missing-key", stage("_target_: heldout.train.Classifier")),
    "an interpolation of OmegaConf": ("bad-reference", edited("Does it hold?", "x").replace("steps: 5", 'steps: "${oc.env:HOME}"')),
    "a relative interpolation": ("bad-reference", edited("steps: 5", 'steps: "${.batch_size}"')),
    "a sweep of Hydra": ("wrong-value", edited("steps: 5", "learning_rate: '0.1,0.01'")),
    "a sweep of wandb": ("wrong-value", edited("steps: 5", "learning_rate: {values: [0.1, 0.01]}")),
    "a distribution of wandb": ("wrong-value", edited("steps: 5", "learning_rate: {distribution: uniform, min: 0, max: 1}")),
    "a Snakefile": ("missing-key unknown-key", 'rule all:\n    input:\n        "results/{seed}.txt"\n'),
    "a Snakefile with code": ("missing-key", 'configfile: "x.yaml"\n\nrule all:\n    input: expand("a/{s}", s=[1, 2])\n    shell: "python x.py > {output}"\n'),
    "a wildcard": ("wrong-value", edited('steps: 5, seed: "${seed}"', 'steps: 5, seed: "{wildcards.seed}"')),
    "a workflow of GitHub": ("missing-key unknown-key", "name: ci\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    strategy: {matrix: {seed: [0, 1]}}\n    steps:\n      - uses: actions/checkout@v4\n"),
    "an expression of GitHub": ("bad-reference", edited('steps: 5, seed: "${seed}"', 'steps: 5, seed: "${{ matrix.seed }}"')),
    "an expression of GitHub without quotes": ("yaml-syntax", edited('steps: 5, seed: "${seed}"', "steps: 5, seed: ${{ seed }}")),
    "needs": ("unknown-argument", score("needs: [model]")),
    "a matrix": ("unknown-key", STUDY.replace("axes:", "matrix:")),
    "uses": ("missing-key", edited("use: evaluate/classification", "uses: evaluate/classification")),
    "steps in a list": ("wrong-type", "heldout: 1\nstudy: a\nstages:\n  - use: data/rotated-digits\n"),
    "a stage with a name": ("wrong-type", "heldout: 1\nstudy: a\nstages:\n  - name: d\n    use: data/rotated-digits\n"),
    "Docker Compose": ("missing-key unknown-key", "version: '3'\nservices:\n  web: {image: nginx}\n"),
    "DVC": ("missing-key", "stages:\n  train:\n    cmd: python train.py\n    deps: [data]\n    outs: [model.pkl]\n"),
    "a variable of the shell": ("wrong-kind", edited('model: "${model}"', "model: $model")),
    "a substitution of the shell": ("wrong-kind", edited('model: "${model}"', "model: $(model)")),
    "a template of Jinja": ("wrong-kind", edited('model: "${model}"', 'model: "{{ model }}"')),
    "a template of Jinja without quotes": ("yaml-key", edited('model: "${model}"', "model: {{ model }}")),
    "a loop of Jinja": ("yaml-syntax", edited("axes:\n", "axes:\n{% for s in seeds %}\n")),
    "a name without braces": ("wrong-kind", edited('model: "${model}"', "model: model")),
    "braces without a dollar": ("wrong-kind", edited('model: "${model}"', "model: {model}")),
    "an at": ("wrong-kind", edited('model: "${model}"', 'model: "@model"')),
    "a dot before": ("bad-reference", edited('model: "${model}"', 'model: "${.model}"')),
    "a dot after": ("bad-reference", edited('model: "${model}"', 'model: "${model.}"')),
    "two dots": ("bad-reference", edited("${split.test}", "${split..test}")),
    "brackets": ("bad-reference", edited("${split.test}", "${split['test']}")),
    "an index": ("bad-reference", edited("${split.test}", "${split.test[0]}")),
    "a slash": ("unknown-reference", edited("${split.test}", "${split/test}")),
    "spaces in a reference": ("bad-reference", edited("${split.test}", "${ split.test }")),
    "capitals in a reference": ("bad-reference", edited("${split.test}", "${Split.Test}")),
    "a hyphen in a reference": ("unknown-reference", edited("${split.test}", "${split-test}")),
    "an empty reference": ("bad-reference", edited('"${model}"', '"${}"')),
    "a reference left open": ("partial-reference", edited('"${model}"', '"${model"')),
    "two references": ("bad-reference", edited('"${model}"', '"${model}${model}"')),
    "a reference in a reference": ("bad-reference", edited('"${model}"', '"${${model}}"')),
    "a reference with a default": ("bad-reference", edited('seed: "${seed}"}\n  score', 'seed: "${seed:-0}"}\n  score')),
    "a reference times two": ("partial-reference", edited("steps: 5", 'steps: "${seed} * 2"')),
    "an escaped reference": ("wrong-kind", edited('"${model}"', '"$${model}"')),
    "a reference of twenty parts": ("bad-reference", edited("${split.test}", "${" + ".".join("abcdefghijklmnopqrst") + "}")),
    "a reference as a key": ("bad-name", more("axes", '  "${seed}": [1]')),
    "None": ("wrong-kind", edited("steps: 5", "start: None")),
    "True": ("needless-training-rows", edited("steps: 5", "training_rows: True").replace("steps", "x")),
    "a tuple": ("bad-key", edited("angles: [0, 15, 30, 45, 60]}", "angles: (0, 15, 30, 45, 60)}")),
    "a set": ("bad-key", edited("angles: [0, 15, 30, 45, 60]}", "angles: {0, 15, 30, 45, 60}}")),
    "a list without brackets": ("wrong-value", edited("angles: [0, 15, 30, 45, 60]}", "angles: 0 15 30 45 60}")),
    "a list with semicolons": ("wrong-value", edited("angles: [0, 15, 30, 45, 60]}", "angles: [0; 15; 30; 45; 60]}")),
    "an operator with a dot": ("unknown-operator", edited("evaluate/classification", "evaluate.classification")),
    "an operator without a folder": ("unknown-operator", edited("evaluate/classification", "classification")),
    "an operator with a colon": ("unknown-operator", edited("evaluate/classification", "evaluate:classification")),
    "an operator in capitals": ("unknown-operator", edited("evaluate/classification", "Evaluate/Classification")),
    "an operator with an underscore": ("unknown-operator", edited("data/rotated-digits", "data/rotated_digits")),
    "an operator with .py": ("unknown-operator", edited("evaluate/classification", "evaluate/classification.py")),
    "an operator of PyTorch": ("unknown-operator", edited("train/classifier", "torch.nn.Linear")),
    "an operator by reference": ("unknown-operator", edited("use: train/classifier", 'use: "${method}"')),
    "an objective in capitals": ("unknown-component", edited('objective: "${method}"', "objective: CORAL")),
    "an objective by a Python call": ("unknown-component", edited('objective: "${method}"', "objective: coral(penalty=1)")),
    "an objective with an unknown parameter": ("unknown-argument", edited("penalty: 1.0", "lambda: 1.0")),
    "two objectives": ("wrong-value", edited('objective: "${method}"', "objective: {erm: {}, coral: {}}")),
    "axis for axes": ("unknown-key", STUDY.replace("axes:", "axis:")),
    "stage for stages": ("missing-key unknown-key", STUDY.replace("stages:", "stage:")),
    "Stages": ("missing-key unknown-key", STUDY.replace("stages:", "Stages:")),
    "HELDOUT": ("missing-key unknown-key", STUDY.replace("heldout:", "HELDOUT:")),
    "name for study": ("missing-key unknown-key", STUDY.replace("study:", "name:")),
    "description": ("unknown-key", STUDY + "description: x\n"),
    "version": ("unknown-key", STUDY + "version: 1\n"),
    "seeds": ("unknown-reference", edited('steps: 5, seed: "${seed}"', 'steps: 5, seed: "${seeds}"')),
    "an argument twice in words": ("unknown-argument", edited("steps: 5", "steps: 5, num_steps: 5")),
    "epochs": ("unknown-argument", edited("steps: 5", "epochs: 5")),
    "a seed in two": ("duplicate-key", edited("steps: 5", "seed: 1, steps: 5")),
    "gpus": ("unknown-key", edited("steps: 5", "resources: {gpus: 1}")),
    "memory": ("unknown-key", edited("steps: 5", "resources: {memory: 8000}")),
}  # fmt: skip


def specs() -> Iterator[Spec]:
    yield from named("sizes", SIZES)
    yield from named("names", NAMES)
    yield from of_wrong_types()
    yield from named("paths", OPERATORS)
    yield from named("grid", GRID)
    yield from named("claims", CLAIMS)
    yield from named("scales", SCALES)
    yield from named("elsewhere", ELSEWHERE)
