"""Where stages run: conditions, exclusions and zipped axes."""

import itertools
import random

import pytest

from heldout.compiler.analysis.size import cells_of, places_of
from heldout.compiler.plan.cells import Grid

AXES = """
axes:
  a: [x, y, z]
  b: [x, y, z]
  c: {count: 2}
"""
STAGES = """
stages:
  source: {use: data/imported}
  one: {use: data/filter, data: "${source.train}", keep: "${a}", weights: {b: "${c}"}}
  two: {use: data/filter, data: "${one}", keep: "${b}"WHEN}
"""


def cells(compiler, rules: str = "", when: str = "", stage: str = "two", axes: str = AXES) -> set[tuple]:
    compiled = compiler(axes + rules + STAGES.replace("WHEN", when))
    grid = compiled.expansions[stage].grid
    return {tuple(grid.labels(cell).values()) for cell, _ in compiled.expansions[stage].cells()}


ALL = set(itertools.product("xyz", "xyz", (0, 1)))


@pytest.mark.parametrize(
    ("rules", "when", "kept"),
    [
        ("", "", lambda a, b, c: True),
        ("", ", when: {a: x}", lambda a, b, c: a == "x"),
        ("", ", when: {a: [x, z], c: 1}", lambda a, b, c: a in "xz" and c == 1),
        ("", ', when: {a: "${b}"}', lambda a, b, c: a == b),
        ("", ', when: {a: ["${b}", z]}', lambda a, b, c: a == b or a == "z"),
        ("exclude: [{a: x}]", "", lambda a, b, c: a != "x"),
        ("exclude: [{a: x, c: 0}, {b: y}]", "", lambda a, b, c: not (a == "x" and c == 0) and b != "y"),
        ('exclude: [{a: "${b}"}]', "", lambda a, b, c: a != b),
        ('exclude: [{a: "${b}", c: 1}]', "", lambda a, b, c: not (a == b and c == 1)),
        ("zip: [[a, b]]", "", lambda a, b, c: a == b),
        ("zip: [[a, b]]\nexclude: [{c: 0, b: z}]", ", when: {a: [y, z]}",
         lambda a, b, c: a == b and not (c == 0 and b == "z") and a in "yz"),
    ],
)  # fmt: skip
def test_the_cells_that_are_meant(compiler, rules, when, kept):
    assert cells(compiler, rules + "\n", when) == {cell for cell in ALL if kept(*cell)}


def test_an_exclusion_binds_stages_that_have_all_its_axes(compiler):
    assert cells(compiler, "exclude: [{a: x, b: x}]\n", stage="one") == {
        (a, c) for a in "xyz" for c in (0, 1)
    }


def test_a_zipped_axis_may_repeat_a_level(compiler):
    axes = "axes:\n  a: [x, x, y]\n  b: [p, q, q]\n  c: {count: 1}\nzip: [[a, b]]\n"
    assert cells(compiler, axes=axes) == {("x", "p", 0), ("x", "q", 0), ("y", "q", 0)}
    assert cells(compiler, axes=axes, stage="one") == {("x", 0), ("y", 0)}


def test_gathering_goes_in_step_too(compiler):
    compiled = compiler(
        """
axes:
  a: [x, y, z]
  b: [p, q, r]
zip: [[a, b]]
stages:
  source: {use: data/imported}
  one: {use: data/filter, data: "${source.train}", keep: "${a}"}
  two: {use: data/filter, data: "${source.train}", keep: "${b}"}
  all: {use: data/union, parts: ["${one}", "${two}"], over: [a, b]}
""".replace("  all:", "  joined:")
    )
    (reads,) = compiled.expansions["joined"].reads
    one, two = compiled.expansions["one"].ids, compiled.expansions["two"].ids
    assert list(reads) == [task for pair in zip(one, two, strict=True) for task in pair]


# Zipped axes with others between them, with labels that are repeated, and several groups.
IN_STEP = [
    ({"a": "pqr", "b": "xyz"}, [["a", "b"]]),
    ({"b": "zyx", "m": "uv", "a": "pqr"}, [["a", "b"]]),
    ({"a": "ppq", "m": "uv", "b": "xyy"}, [["a", "b"]]),
    ({"a": "pqp", "b": "xyx", "m": "uv"}, [["b", "a"]]),
    ({"a": "pqr", "m": "uv", "b": "xxy", "n": "st", "c": "klk"}, [["c", "a", "b"], ["n", "m"]]),
]


@pytest.mark.parametrize(("axes", "zips"), IN_STEP)
def test_cells_in_step_are_those_of_a_loop_over_all_and_counted(axes, zips, compiler):
    """Held against a loop over the product, in every order of axes, with levels kept, excluded and fixed."""
    levels = "".join(f"  {name}: [{', '.join(labels)}]\n" for name, labels in axes.items())
    listed = ", ".join(f'"${{{name}}}"' for name in axes)
    compiled = compiler(
        f"axes:\n{levels}zip: {zips}\n"
        f"stages:\n  one: {{use: data/imported, features: [{listed}]}}\n"
    )  # fmt: skip
    scope, names = compiled.scope, tuple(axes)
    grid = Grid(scope, names)
    steps = [{tuple(axes[n][i] for n in group) for i in range(len(axes[group[0]]))} for group in zips]

    def in_step(cell: tuple[int, ...]) -> bool:
        at = dict(zip(names, cell, strict=True))
        first = all(axes[n].index(axes[n][at[n]]) == at[n] for group in zips for n in group)
        return first and all(
            tuple(axes[n][at[n]] for n in group) in known for group, known in zip(zips, steps, strict=True)
        )

    every = [grid.flat(cell) for cell in itertools.product(*map(range, grid.sizes)) if in_step(cell)]
    assert list(grid.meant({})) == list(grid.at({})) == every
    assert cells_of(scope, names) == len(every) and places_of(scope, names) > len(every)
    for order in itertools.permutations(range(len(names))):
        by_order = sorted(every, key=lambda number: [grid.cell(number)[p] for p in order])
        assert list(grid.in_order(order)) == by_order
    draw = random.Random(0)
    for _ in range(20):
        fixed = {name: draw.randrange(len(axes[name])) for name in draw.sample(names, draw.randint(1, 2))}
        kept = [n for n in every if all(grid.cell(n)[names.index(a)] == level for a, level in fixed.items())]
        assert list(grid.meant(fixed)) == kept
        assert list(grid.at({a: [level] for a, level in fixed.items()})) == kept


def test_axes_of_many_levels_that_go_in_step_are_counted_by_their_steps(compiler):
    text = """
axes:
  width: {count: 2000}
  rate: {count: 2000}
  seed: {count: 1}
zip: [[width, rate]]
stages:
  source: {use: data/imported}
  part: {use: data/filter, data: "${source.train}", weights: {width: "${width}", rate: "${rate}"}}
  model: {use: train/classifier, data: "${part}", seed: "${seed}"}
"""
    compiled = compiler(text)
    assert [stage.cells for stage in compiled.plan.stages] == [1, 2000, 2000]
    model = compiled.expansions["model"]
    (last,) = list(model.existing({"width": [1999]}))
    assert model.grid.labels(model.grid.cell(last)) == {"width": 1999, "rate": 1999, "seed": 0}
    (found,) = compiler.diagnose(text.replace("seed: {count: 1}", "seed: {count: 9}"))
    assert (found.code, found.hint[:18]) == ("grid-size", "write axes that go")
    assert "36,000,000 places (width (2,000) x rate (2,000) x seed (9)) for 18,000 cells" in found.message
    for count, seeds in ((1500, 5), (200, 200)):
        fewer = text.replace("2000", str(count)).replace("{count: 1}", f"{{count: {seeds}}}")
        assert compiler(fewer).plan.stages[-1].cells == count * seeds


def test_a_level_that_is_excluded_everywhere_is_no_cell(compiler):
    compiled = compiler(AXES + "exclude: [{a: x}, {a: z, b: z}]\n" + STAGES.replace("WHEN", ""))
    assert cells_of(compiled.scope, ("a", "b", "c")) == 2 * 3 * 2
