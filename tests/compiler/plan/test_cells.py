"""Where stages run: conditions, exclusions and zipped axes."""

import itertools

import pytest

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
