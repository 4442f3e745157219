"""Parameters that are computed: what tasks are given, and which mistakes count."""

import json

import pytest


@pytest.fixture
def seeds(compiler):
    def of(axes, expression, more=""):
        compiled = compiler(
            f"axes:\n{axes}\nstages:\n  a: {{use: data/digits, seed: ${{{expression}}}}}\n{more}"
        )
        expansion = compiled.expansions["a"]
        return [json.loads(text.parameters)["seed"] for text in expansion.texts(list(expansion.existing()))]

    return of


def test_a_task_is_given_the_number_alone(compiler):
    computed = compiler("axes: {b: [1, 2]}\nstages:\n  a: {use: data/digits, seed: '${b * 2 + 1}'}\n")
    written = compiler("axes: {b: [3, 5]}\nstages:\n  a: {use: data/digits, seed: '${b}'}\n")
    assert computed.expansions["a"].ids == written.expansions["a"].ids
    assert computed.tasks == written.tasks


def test_equal_numbers_are_one_task(compiler):
    compiled = compiler("axes: {b: [4, 5, 6]}\nstages:\n  a: {use: data/digits, seed: '${b // 2}'}\n")
    assert len(compiled.tasks) == 2


def test_integers_stay_integers(seeds):
    assert seeds("  b: [2, 4]", "64 / b") == [32, 16]
    assert seeds("  b: [2, 4]", "63 // b") == [31, 15]


def test_fields_draws_and_levels_that_lean_on_others(seeds):
    assert seeds("  b: {one: {n: 2}, two: {n: 3}}", "b.n ** 2") == [4, 9]
    assert seeds("  b: {one: 2, two: '${c + 1}'}\n  c: [1, 5]", "b * 10") == [20, 20, 20, 60]
    drawn = seeds("  t: {search: {n: {integers: [1, 9]}}, trials: 4}", "t.n + 100")
    assert all(101 <= one <= 109 for one in drawn)


def test_inside_lists_mappings_and_components(compiler):
    compiled = compiler("""
axes: {b: [1, 2]}
stages:
  a: {use: data/digits, angles: [0, "${15 * b}"]}
  model: {use: train/classifier, data: "${a}", objective: {coral: {penalty: "${b / 2}"}}}
""")
    first, second = (json.loads(text.parameters) for text in compiled.expansions["model"].texts([0, 1]))
    assert (first["objective"], second["objective"]) == (
        {"coral": {"penalty": 0.5}},
        {"coral": {"penalty": 1}},
    )
    assert [json.loads(t.parameters)["angles"] for t in compiled.expansions["a"].texts([0, 1])] == [
        [0, 15],
        [0, 30],
    ]


def test_what_is_left_out_of_the_grid_is_no_mistake(seeds):
    axes = "  b: [0, 2]\n  c: [0, 3]"
    assert seeds(axes, "6 // (b + c)", "exclude:\n  - {b: 0, c: 0}\n") == [2, 3, 1]
    assert seeds("  b: [1, 2]\n  c: [2, 1]", "1 // (b - c) + 5", "zip: [[b, c]]\n") == [4, 6]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", "`6 // (b * c)` divides by zero (at b 0, c 0), and at 3 more"),
        ("exclude: [{b: 0}, {c: 0}]\n", None),
        ("exclude: [{b: 0}]\n", "`6 // (b * c)` divides by zero (at b 2, c 0), and at 1 more"),
    ],
)
def test_a_mistake_names_the_first_levels_and_counts_the_others(compiler, more, message):
    text = "axes: {b: [0, 2, 3], c: [0, 1]}\nstages:\n  a: {use: data/digits, seed: '${6 // (b * c)}'}\n"
    found = compiler.diagnose(text + more)
    assert [d.message for d in found] == ([message] if message else [])


def test_every_place_has_its_own_mistake(compiler):
    text = "axes: {b: [0, 2]}\nstages:\n  a: {use: data/digits, seed: '${1 // b}', angles: [0, '${2 / b}']}\n"
    assert [d.code for d in compiler.diagnose(text)] == ["no-number", "no-number"]


def test_thousands_of_mistakes_are_told_in_one(compiler):
    text = "axes: {b: {count: 3000}}\nstages:\n  a: {use: data/digits, seed: '${-1 - b}'}\n"
    (found,) = compiler.diagnose(text)
    assert found.code == "wrong-value" and "is -1 (at b 0), and at 999 more" in found.message
