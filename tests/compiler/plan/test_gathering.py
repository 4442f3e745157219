"""What stages with `over` gather: all levels of an axis, or some that another axis says."""

import itertools
import json

import pytest

from heldout.compiler.compile import Compiled

STUDY = """
axes:
  task: [a, b, c, d]
  rival: {levels_of: task}
  k: [1, 3]
  seed: {count: 2}
stages:
  source: {use: data/imported}
  part: {use: data/filter, data: "${source.train}", keep: "${task}"}
  model: {use: train/classifier, data: "${part}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  gathered: {use: measure/mean, values: "${score.accuracy}", over: OVER}
"""


UNTIL, FIRST = '{task: {until: "${rival}"}}', '{task: {first: "${k}"}}'
NOTHING = "`gathered` gathers no level of `task` that is there"


def study(over: str, **replaced: str) -> str:
    text = STUDY.replace("OVER", over)
    for name in ("rival", "k"):
        if f"${{{name}}}" not in over:
            text = "\n".join(line for line in text.split("\n") if not line.startswith(f"  {name}: "))
    for old, new in replaced.items():
        text = text.replace({"tasks": "[a, b, c, d]"}[old], new)
    return text


def tasks(compiled: Compiled, stage: str) -> dict[tuple, str]:
    """The task of every cell of a stage that exists, by its labels."""
    expansion = compiled.expansions[stage]
    return {tuple(expansion.grid.labels(cell).values()): task for cell, task in expansion.cells()}


def members(compiled: Compiled, stage: str = "gathered") -> dict[tuple, list[tuple]]:
    """The labels of the scores that every cell reads, in order, by its own."""
    known = {task: labels for labels, task in tasks(compiled, "score").items()}
    expansion = compiled.expansions[stage]
    return {
        tuple(expansion.grid.labels(cell).values()): [
            known[read] for read in expansion.reads[expansion.grid.flat(cell)]
        ]
        for cell, _ in expansion.cells()
    }


@pytest.mark.parametrize(
    ("over", "named", "kept"),
    [
        ('{task: {not: "${rival}"}}', "abcd", lambda task, rival: task != rival),
        ('{task: {until: "${rival}"}}', "abcd", lambda task, rival: task <= rival),
        ('{task: ["${rival}", b]}', "abcd", lambda task, rival: task in (rival, "b")),
        ('{task: {first: "${k}"}}', (1, 3), lambda task, k: "abcd".index(task) < k),
    ],
)  # fmt: skip
def test_a_stage_has_the_axis_that_says_what_it_gathers(over, named, kept, compiler):
    compiled = compiler(study(over))
    expected = {
        (other, seed): [(task, seed) for task in "abcd" if kept(task, other)]
        for other, seed in itertools.product(named, (0, 1))
    }
    assert members(compiled) == expected
    both = compiler(study(over.replace("}}", "}, seed: all}").replace("b]}", "b], seed: null}")))
    assert members(both) == {
        (other,): [(task, seed) for task in "abcd" for seed in (0, 1) if kept(task, other)] for other in named
    }


@pytest.mark.parametrize(
    ("over", "kept"),
    [
        ("[task]", "abcd"),
        ("{task: all}", "abcd"),
        ("{task: [c, a]}", "ac"),
        ("{task: {not: [b, d]}}", "ac"),
        ("{task: {first: 3}}", "abc"),
        ("{task: {until: c}}", "abc"),
        ("{task: {before: c}}", "ab"),
    ],
)
def test_a_task_is_called_by_its_members_alone(over, kept, compiler):
    narrowed = tasks(compiler(study(over)), "gathered")
    alone = tasks(compiler(study("[task]", tasks=f"[{', '.join(kept)}]")), "gathered")
    assert narrowed == alone and len(narrowed) == 2


def test_leave_one_out_is_called_as_if_that_one_had_never_been(compiler):
    left_out = tasks(compiler(study('{task: {not: "${rival}"}}')), "gathered")
    for one in "abcd":
        others = f"[{', '.join(task for task in 'abcd' if task != one)}]"
        alone = tasks(compiler(study("[task]", tasks=others)), "gathered")
        assert {seed: left_out[one, seed] for seed in (0, 1)} == {seed: alone[seed,] for seed in (0, 1)}


def problems(compiler, text: str) -> list[tuple[str, str, str]]:
    return [(one.code, one.message, one.hint) for one in compiler.diagnose(text)]


@pytest.mark.parametrize(
    ("over", "lost", "where", "left_out"),
    [
        (UNTIL, "exclude: [{task: [a, b]}]", "`rival` is a, and at 1 more", "rival: a"),
        (UNTIL, 'exclude: [{task: "${rival}"}]', "`rival` is a", "rival: a"),
        (FIRST, "exclude: [{task: a}]", "`k` is 1", "k: 1"),
        (FIRST, "when: {task: [b, c, d]}", "`k` is 1", "k: 1"),
        (FIRST, "exclude: [{task: a, seed: 1}]", "`k` is 1 and `seed` is 1", "k: 1, seed: 1"),
        ("{task: [a, b]}", "exclude: [{task: [a, b], seed: 0}]", "`seed` is 0", "seed: 0"),
        ('{task: {not: "${rival}"}}', "when: {task: c}", "`rival` is c", "rival: c"),
    ],
)  # fmt: skip
def test_a_cell_that_a_narrowed_gather_loses_is_told(over, lost, where, left_out, compiler):
    text = study(over)
    text = text.replace('"${part}",', f'"${{part}}", {lost},') if "when" in lost else f"{text}{lost}\n"
    ((code, message, hint),) = problems(compiler, text)
    assert (code, message) == ("empty-gather", f"{NOTHING}, where {where}")
    assert f"exclude: [{{{left_out}}}]" in hint
    mended = text.replace("exclude: [", f"exclude: [{{{left_out}}}, ")
    mended += "" if "exclude" in lost else f"exclude: [{{{left_out}}}]\n"
    found = problems(compiler, mended)  # of several places the first is mended
    assert found == [] or "more" in where


def test_a_narrowed_gather_of_nothing_is_told_once(compiler):
    text = study("{task: {first: 1}}").replace('"${part}",', '"${part}", when: {task: [b, c]},')
    ((code, message, _),) = problems(compiler, text)
    assert (code, message) == ("empty-gather", NOTHING)


def test_a_cell_that_any_gather_lacks_is_not_there(compiler):
    text = study('{task: {until: "${rival}"}}').replace('"${part}",', '"${part}", when: {seed: 1},')
    assert {*members(compiler(text))} == {(rival, 1) for rival in "abcd"}


def test_first_counts_levels_that_are_not_there_and_says_so(compiler):
    text = study('{task: {first: "${k}"}}').replace('"${part}",', '"${part}", when: {task: [a, c, d]},')
    compiled = compiler(text)
    assert [len(gathered) for gathered in members(compiled).values()] == [1, 1, 2, 2]
    (warning,) = [one for one in compiled.warnings if one.code == "short-gather"]
    assert warning.message == (
        "`gathered` gathers 2 of the first 3 levels of `task`, and the others are not there, where `k` is 3"
    )
    assert not [one for one in compiler(study('{task: {first: "${k}"}}')).warnings if "gather" in one.code]


def test_an_exclusion_of_both_axes_holds_within_a_gather_too(compiler):
    excluded = study('{task: ["${rival}", a, b, c, d]}') + 'exclude: [{task: "${rival}"}]\n'
    assert members(compiler(excluded)) == members(compiler(study('{task: {not: "${rival}"}}')))


def test_a_level_that_zipped_axes_repeat_is_counted_once(compiler):
    compiled = compiler("""
axes:
  task: [a, a, b, c]
  pace: [p, q, p, p]
  k: [1, 2]
zip: [[task, pace]]
stages:
  source: {use: data/imported}
  part: {use: data/filter, data: "${source.train}", keep: "${task}"}
  pair: {use: data/filter, data: "${part}", keep: "${pace}"}
  some_parts: {use: data/union, parts: "${part}", over: {task: {first: "${k}"}}}
  some_pairs: {use: data/union, parts: "${pair}", over: {task: {first: "${k}"}, pace: all}}
""")
    assert [len(reads) for reads in compiled.expansions["some_parts"].reads] == [1, 2]
    assert [len(reads) for reads in compiled.expansions["some_pairs"].reads] == [2, 3]


def test_parameters_are_gathered_in_part_too(compiler):
    compiled = compiler("""
axes:
  angle: [0, 15, 30]
  left_out: {levels_of: angle}
stages:
  digits: {use: data/digits, angles: "${angle}", over: {angle: {not: "${left_out}"}}}
""")
    expansion = compiled.expansions["digits"]
    angles = [json.loads(expansion.text(cell).parameters)["angles"] for cell, _ in expansion.cells()]
    assert angles == [[15, 30], [0, 30], [0, 15]]


WEIGHTED = """
axes:
  task: {a: {weight: 0.5}, b: {weight: 0.25}, c: {weight: 0.125}}
  left_out: {levels_of: task}
  scale: [1, 2]
  seed: {count: 2}
stages:
  source: {use: data/imported}
  part: {use: data/filter, data: "${source.train}", keep: "${task.level}"}
  model: {use: train/classifier, data: "${part}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  gathered: {use: measure/weighted-mean, values: "${score.accuracy}", names: "${task.level}",
    weights: WEIGHTS, over: OVER}
exclude: [{task: b, seed: 1}]
"""


def weighted(compiler, over: str, weights: str) -> dict[tuple, tuple[list[float], list[str]]]:
    """By the labels of each cell, weights and names, where these are those of the inputs at their places."""
    text = WEIGHTED.replace("OVER", over).replace("WEIGHTS", f'"{weights}"')
    for axis in ("left_out", "scale"):
        if axis not in over + weights:
            text = "\n".join(line for line in text.split("\n") if not line.startswith(f"  {axis}: "))
    compiled = compiler(text)
    read, expansion = members(compiled), compiled.expansions["gathered"]
    found = {}
    for cell, _ in expansion.cells():
        at = tuple(expansion.grid.labels(cell).values())
        given = json.loads(expansion.text(cell).parameters)
        assert given["names"] == [task for task, *_ in read[at]]
        found[at] = given["weights"], given["names"]
    return found


def test_a_parameter_has_its_value_at_each_member_in_the_order_of_the_inputs(compiler):
    assert weighted(compiler, "[task]", "${task.weight}") == {
        (0,): ([0.5, 0.25, 0.125], ["a", "b", "c"]),
        (1,): ([0.5, 0.125], ["a", "c"]),  # without b, which is excluded there
    }
    assert weighted(compiler, "[task, seed]", "${task.weight}") == {
        (): ([0.5, 0.5, 0.25, 0.125, 0.125], ["a", "a", "b", "c", "c"])
    }
    assert weighted(compiler, "[task, seed]", "${task.weight / (1 + seed)}") == {
        (): ([0.5, 0.25, 0.25, 0.125, 0.0625], ["a", "a", "b", "c", "c"])
    }


def test_with_what_is_left_out_and_what_is_not_gathered(compiler):
    found = weighted(compiler, '{task: {not: "${left_out}"}}', "${task.weight * scale}")
    assert found["a", 1, 0] == ([0.25, 0.125], ["b", "c"])
    assert found["b", 2, 0] == found["b", 2, 1] == ([1, 0.25], ["a", "c"])
    assert found["c", 1, 1] == ([0.5], ["a"])
    assert len(found) == 3 * 2 * 2


def test_a_twin_draws_what_its_axis_draws(compiler):
    compiled = compiler("""
axes:
  trial: {search: {}, trials: 3}
  method: {slow: {rate: {search: {uniform: [0, 1]}}}, fast: {rate: 0.5}}
  again: {levels_of: method}
stages:
  source: {use: data/imported}
  one: {use: train/classifier, data: "${source.train}", learning_rate: "${method.rate}"}
  two: {use: train/classifier, data: "${source.train}", learning_rate: "${again.rate}"}
""")
    one, two = (list(tasks(compiled, stage).values()) for stage in ("one", "two"))
    assert one == two and len({*one}) == 4
