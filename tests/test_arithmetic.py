"""The compiler and the runtime mean the same by arithmetic: one table of cases holds both to it."""

import json
import math
import random

import pytest

from heldout.compiler.analysis.evaluate import Evaluator, NoNumber
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.syntax.expression import Arithmetic, Call, Number, Reference
from heldout.compiler.syntax.reader import read_study
from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure._formula import Formula, Undefined
from heldout.runtime.operators.measure.compute import compute

# A text, and what it gives where a is 7, b is 2, c is 0 and d is -1.5; None where that is no number.
CASES = [
    ("a + b * 10", 27),
    ("(a + b) * 10", 90),
    ("a - b - 1", 4),
    ("a - (b - 1)", 6),
    ("a / b", 3.5),
    ("(a + 1) / b", 4),
    ("a // b", 3),
    ("-a // b", -4),
    ("a % b", 1),
    ("-a % b", 1),
    ("2 ** 3 ** b", 512),  # 2 ** 9: from the right
    ("-b ** 2", -4),
    ("(-b) ** 2", 4),
    ("b ** -1", 0.5),
    ("b ** -b", 0.25),
    ("a ** 0", 1),
    ("c ** 0", 1),
    ("- - a", 7),
    ("+a + c", 7),
    ("d * b", -3.0),
    ("abs(d)", 1.5),
    ("min(a, b, 3)", 2),
    ("max(a, b, 3)", 7),
    ("round(a / b)", 4),  # 3.5 to the even one
    ("round(b + 0.5)", 2),  # 2.5 to the even one
    ("floor(d)", -2),
    ("ceil(d)", -1),
    ("sqrt(a + b)", 3.0),
    ("exp(c)", 1.0),
    ("log(exp(b))", 2.0),
    ("log2(8 * b)", 4.0),
    ("log10(1e3)", 3.0),
    ("1e-3 * a", 0.007),
    (".5 + 1.", 1.5),
    ("a / c", None),
    ("a // c", None),
    ("a % c", None),
    ("c ** -1", None),
    ("log(c)", None),
    ("log2(d)", None),
    ("sqrt(d)", None),
    ("d ** 0.5", None),
    ("exp(1000)", None),
    ("10.0 ** 400", None),
    ("1e300 * 1e300", None),
    ("9 ** 9 ** 9", None),
    ("3 ** 40", None),  # above 2^53 - 1
    ("2 ** 53 - 1", None),
    ("2 ** 52 * 1.0", 4503599627370496.0),
]
VALUES = {"a": 7, "b": 2, "c": 0, "d": -1.5}


def in_the_compiler(text, values=VALUES):
    levels = "".join(f"  {name}: [{value!r}]\n" for name, value in values.items())
    spec = f"heldout: 1\nstudy: a\naxes:\n{levels}stages:\n  s:\n    use: data/x\n    y: ${{{text}}}\n"
    study, problems = read_study(spec.encode(), "spec.yaml")
    assert not problems, (text, problems)
    (argument,) = study.stages[0].arguments
    try:
        return Evaluator(Scope(study, load_catalog())).value(
            argument.value, dict.fromkeys(values, 0)
        ), argument
    except NoNumber:
        return None, argument


def tree_of(formula, names):
    match formula:
        case Number(value):
            return value
        case Reference(name):
            return ["input", names.index(name)]
        case Call(function, arguments):
            return [function, *(tree_of(one, names) for one in arguments)]


def in_the_runtime(expression, values=VALUES):
    assert isinstance(expression, Arithmetic)
    try:
        return Formula(tree_of(expression.formula, list(values))).of([list(values.values())])
    except Undefined:
        return None


@pytest.mark.parametrize(("text", "result"), CASES, ids=[text for text, _ in CASES])
def test_both_give_what_the_table_says(text, result):
    compiled, argument = in_the_compiler(text)
    run = in_the_runtime(argument.value)
    assert (compiled, type(compiled)) == (result, type(result))
    assert (run, type(run)) == (result, type(result))


def test_both_agree_on_formulas_that_chance_writes():
    chance = random.Random(0)
    values = {"a": 1.5, "b": -0.25, "c": 0.0, "d": 3.0}

    def written(depth):
        if depth == 0 or chance.random() < 0.2:
            return chance.choice([*values, "0.5", "2", "10", "0"])
        one, other = written(depth - 1), written(depth - 1)
        function = chance.choice(["sqrt", "exp", "log", "log2", "log10", "abs", "floor", "ceil", "round"])
        sign = chance.choice(["+", "-", "*", "/", "//", "%", "**"])
        return chance.choice([f"({one} {sign} {other})", f"{function}({one})", f"max({one}, {other})"])

    given = []
    for _ in range(400):
        text = f"-({written(4)})"
        compiled, argument = in_the_compiler(text, values)
        assert repr(compiled) == repr(in_the_runtime(argument.value, values)), text
        given.append(compiled)
    numbers = [one for one in given if one is not None]
    assert 100 < len(numbers) < 390  # some of either sort
    assert all(math.isfinite(one) for one in numbers)


STUDY = """
heldout: 1
study: a
axes:
  method: {erm: {}, coral: {}}
  scale: [1, 100]
  seed: {count: 3}
stages:
  domains: {use: data/rotated-digits, angles: [0, 15]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  gain:
    compute: ${scale * (score.accuracy - erm) / (1 - chance)}
    erm: {from: "${score.accuracy}", at: {method: erm}}
    chance: 0.1
  spread: {compute: "${max(score.accuracy) - min(score.accuracy)}", over: [seed]}
"""


def handed_over(stage, **levels):
    """The formulas and inputs of a task, as its shard has them."""
    compiled, problems = compile_spec(STUDY.encode(), "spec.yaml", None, load_catalog())
    assert compiled is not None, problems
    expansion = compiled.expansions[stage]
    (cell,) = (c for c, _ in expansion.cells() if expansion.grid.labels(c).items() >= levels.items())
    text = expansion.text(cell)
    return json.loads(text.parameters)["formulas"], json.loads(text.inputs)


def test_the_runtime_computes_what_the_study_writes():
    formulas, inputs = handed_over("gain", method="coral", scale=100, seed=0)
    assert [one["metric"] for one in inputs["inputs"]] == ["accuracy", "accuracy"]
    table = compute([Scalar(0.9), Scalar(0.6)], formulas=formulas)
    assert table.scalar("value") == pytest.approx(100 * (0.9 - 0.6) / (1 - 0.1))


def test_the_runtime_takes_a_list_of_what_is_gathered():
    formulas, inputs = handed_over("spread", method="erm")
    assert len(inputs["members"]) == 3
    assert compute(None, [Scalar(0.5), None, Scalar(0.8)], formulas=formulas).scalar(
        "value"
    ) == pytest.approx(0.3)
