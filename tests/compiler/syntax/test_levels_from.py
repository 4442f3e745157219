"""Axes whose levels lie in files: they mean what the same levels written out mean, at every scale."""

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.syntax.including import MAX_LEVEL_FILES, NotFetched, read_spec
from heldout.compiler.syntax.reader import read_study
from heldout.compiler.syntax.yaml_reader import MAX_NODES

CAMERAS = "camera,rows,place\n0,300,north\n15,299,south\n30,12,south\n45,,north\n"
STUDY = """\
heldout: 1
study: a
axes:
  held_out: {levels_from: cameras.csv, title: Camera}
  second: {levels_of: held_out}
  budget: {sequence: {levels_from: steps.txt}}
  place: {levels_from: names.txt}
zip: [[budget, place]]
stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 30, 45]}
  split:
    use: data/training-domains
    data: ${domains}
    without: ["${held_out.level}", "${second.level}"]
    seed: ${place}
  model:
    use: train/classifier
    data: ${split.train}
    steps: ${budget}
    start: {previous: "${model}", initially: null}
    when: {held_out: [15, 30]}
exclude: [{held_out: "${second}"}]
scales:
  few: {axes: {held_out: {levels_from: cameras.csv, at_least: {rows: 20}, first: 2}},
        stages: {model: {when: null}}}
  two: {axes: {held_out: [30, 15]}}
"""
STAGES = "stages: {d: {use: data/digits}}\n"
FILES = {"cameras.csv": CAMERAS, "steps.txt": "5\n10\n", "names.txt": "3\n4\n"}
WRITTEN = {
    "held_out: {levels_from: cameras.csv, title: Camera}": "held_out: {title: Camera, levels:"
    " {0: {rows: 300, place: north}, 15: {rows: 299, place: south}, 30: {rows: 12, place: south},"
    " 45: {place: north}}}",
    "{sequence: {levels_from: steps.txt}}": "{sequence: [5, 10]}",
    "{levels_from: names.txt}": "[3, 4]",
    "{levels_from: cameras.csv, at_least: {rows: 20}, first: 2}": "{levels: {0: {rows: 300, place: north},"
    " 15: {rows: 299, place: south}}}",
}


def fetched(files):
    def fetch(path):
        if path not in files:
            raise NotFetched(f"there is no file `{path}`")
        return files[path].encode()

    return fetch


def problems(text, files=FILES):
    return read_spec(text.encode(), "specs/a.yaml", fetched(files)).problems


@pytest.mark.parametrize("scale", [None, "few", "two"])
def test_a_study_is_what_it_would_be_with_its_levels_written_out(scale):
    shipped, flat = load_catalog(), STUDY
    for form, levels in WRITTEN.items():
        assert form in flat
        flat = flat.replace(form, levels)
    one, found = compile_spec(STUDY.encode(), "a.yaml", scale, shipped, fetch=fetched(FILES))
    other, none = compile_spec(flat.encode(), "a.yaml", scale, shipped)
    assert one is not None and other is not None, (found, none)
    assert one.tasks == other.tasks and one.tasks
    assert [(a.name, a.kind, a.labels(), a.title, a.twin_of) for a in one.study.axes] == [
        (a.name, a.kind, a.labels(), a.title, a.twin_of) for a in other.study.axes
    ]


def test_the_files_are_part_of_what_the_study_says():
    written = read_spec(STUDY.encode(), "specs/a.yaml", fetched(FILES))
    assert [(text.path, text.file) for text in written.texts.levels] == [
        (name, f"specs/{name}") for name in FILES
    ]
    assert "specs/cameras.csv" in written.texts.decoded
    others = FILES | {"names.txt": "3\n5\n"}
    assert read_spec(STUDY.encode(), "a.yaml", fetched(others)).texts.sha256 != written.texts.sha256


def test_paths_are_from_the_file_that_names_them():
    base = "heldout: 1\nbase: a\naxes: {held_out: {levels_from: cameras.csv}}\n"
    study = "heldout: 1\nstudy: a\ninclude: ../bases/a.yaml\naxes: {held_out: [15, 0]}\n" + STAGES
    files = {"../bases/a.yaml": base, "../bases/cameras.csv": CAMERAS}
    found, none = read_study(study.encode(), "specs/a.yaml", fetch=fetched(files))
    assert found is not None and not none
    assert found.axes[0].labels() == (15, 0), "a list keeps the levels that it names"
    assert found.axes[0].levels[0].span.file == "bases/cameras.csv"


def test_a_pin_holds_the_content():
    sha256 = read_spec(STUDY.encode(), "a.yaml", fetched(FILES)).texts.levels[0].sha256
    pinned = STUDY.replace("cameras.csv, title", f"cameras.csv, sha256: {sha256}, title")
    assert not problems(pinned)
    (found,) = problems(pinned, FILES | {"cameras.csv": CAMERAS + "60,1,north\n"})
    assert (found.code, found.span.line) == ("wrong-value", 4)
    assert "`cameras.csv` has another checksum" in found.message and found.hint.startswith("write `sha256: ")


@pytest.mark.parametrize(
    ("cameras", "code", "line"),
    [
        ("camera\nx\ny\nx\n", "duplicate-level", 4),
        ("camera\nx\ny\nx\u200b\n", "duplicate-level", 4),
        ("camera,rows\n..,1\nx\u0007,2\n", "control-character", 3),
    ],
)
def test_hostile_levels_are_refused_where_they_stand(cameras, code, line):
    text = (
        "heldout: 1\nstudy: a\naxes: {camera: {levels_from: cameras.csv}}\nstages: {d: {use: data/digits}}\n"
    )
    found = read_study(text.encode(), "specs/a.yaml", fetch=fetched({"cameras.csv": cameras}))[1]
    assert [(d.code, d.span.file, d.span.line) for d in found] == [(code, "specs/cameras.csv", line)]


def test_a_file_that_is_wrong_is_said_once():
    found = problems(STUDY, FILES | {"cameras.csv": "a,b\nx\n"})
    assert [(d.code, d.span.file) for d in found] == [("bad-level", "specs/cameras.csv")]


def test_there_are_bounds():
    axes = ", ".join(f"a{n}: {{levels_from: f{n}.txt}}" for n in range(MAX_LEVEL_FILES + 1))
    text = f"heldout: 1\nstudy: a\naxes: {{{axes}}}\nstages: {{}}\n"
    files = {f"f{n}.txt": "x\n" for n in range(MAX_LEVEL_FILES + 1)}
    assert [d.code for d in problems(text, files)] == ["out-of-range"]
    many = {"f.txt": "".join(f"{n}\n" for n in range(MAX_NODES // 2))}
    text = "heldout: 1\nstudy: a\naxes: {a: {levels_from: f.txt}, b: {levels_from: f.txt}}\n" + STAGES
    assert [d.code for d in problems(text, many)] == ["yaml-size"]
    assert not problems(text.replace("b: {levels_from: f.txt}", "b: {levels_from: f.txt, first: 10}"), many)
    assert [d.code for d in problems(text, {"f.txt": "x" * 600_000})] == ["yaml-size"] * 2
