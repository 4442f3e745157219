"""The schema and the compiler agree: what one refuses as a matter of form, the other does too."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from heldout.compiler.analysis.claims import plain
from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.schema import schema_text, study_schema
from heldout.compiler.syntax.reader import known_scales
from heldout.compiler.syntax.yaml_reader import read_yaml

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
FIXTURES = sorted((Path(__file__).parent / "schema_specs").glob("*.yaml"))
CATALOG = Catalog.model_validate(
    json.loads((Path(__file__).parent / "schema_specs" / "catalog.json").read_text())
)
VALIDATOR = Draft7Validator(study_schema(CATALOG))
EVERYTHING = (Path(__file__).parent / "schema_specs" / "everything.yaml").read_text()
OF_THE_CATALOG = re.sub(r"^operators: .*\n", "", EVERYTHING, flags=re.MULTILINE)


def problems(text: str, validator: Draft7Validator = VALIDATOR) -> list[str]:
    value = plain(read_yaml(text, "spec.yaml"))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def codes(text: str, catalog: Catalog = CATALOG, scale: str | None = None) -> list[str]:
    return [d.code for d in compile_spec(text.encode(), "spec.yaml", scale, catalog)[1]]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_what_compiles_is_valid(path: Path):
    text = path.read_text()
    for scale in (None, *known_scales(text.encode(), path.name)):
        assert codes(text, scale=scale) == []
    assert problems(text) == []


TWIN = "  left_out: {levels_of: held_out, title: Left out}"
NARROWED = '    over: {trial: all, seed: null, held_out: {not: [0, "${left_out}"]}}'

LOOKS = "    looks: {axis: seed, at: [3, 6], spending: pocock}"
SAID = "  chosen.accuracy: {better: higher, unit: percent}"
SHOWN = "  images: {rows: split.test, image: x, caption: label, by: held_out, where: {held_out: [15, 30]}}"

# One line of everything.yaml, what is written instead, and the compiler's code for it.
MISTAKES = [
    ("heldout: 1", "heldout: 2", "language-version"),
    ("study: everything", "study: Every thing", "bad-name"),
    ("angles: {angles: [0, 15, 30]}", "angles: [0, 15, 30]", "wrong-type"),
    ("angles: {angles: [0, 15, 30]}", "angles: {with: angles, angles: [0, 15, 30]}", "unknown-key"),
    ("angles: {angles: [0, 15, 30]}", "Angles: {angles: [0, 15, 30]}", "bad-name"),
    ("notes: |", "note: |", "unknown-key"),
    ('  year: "2021"', "  year: [2021]", "wrong-type"),
    ("image: cpu", "image: abacus", "unknown-image"),
    ("  held_out: [0, 15, 30]", "  held_out: []", "empty-axis"),
    ("  held_out: [0, 15, 30]", "  held_out: [0, [15], 30]", "bad-level"),
    ("  held_out: [0, 15, 30]", '  held_out: [0, 15, "${seed}"]', "bad-level"),
    ("  held_out: [0, 15, 30]", "  held_out: 15", "wrong-type"),
    ("  seed: {count: 6}", "  seed: {count: six}", "wrong-type"),
    ("  seed: {count: 6}", "  seed: {count: 0}", "out-of-range"),
    ("  seed: {count: 6}", "  seed: {count: 6, erm: {}}", "unknown-key"),
    ("  seed: {count: 6}", "  Seed: {count: 6}", "bad-name"),
    ("  round: {sequence: 3}", "  round: {sequence: 1.5}", "wrong-type"),
    ("  round: {sequence: 3}", "  rule: {sequence: 3}", "reserved-name"),
    ("      width: {logintegers: [16, 64]}", "      width: {logintegers: [16, 64.5]}", "bad-prior"),
    ("      width: {logintegers: [16, 64]}", "      width: {logintegers: [0, 64]}", "bad-prior"),
    ("      width: {logintegers: [16, 64]}", "      width: {normal: [0, 64]}", "bad-prior"),
    ("      width: {logintegers: [16, 64]}", "      width: 16", "bad-prior"),
    ("  - [source, target]", "  - [source]", "wrong-type"),
    ("    trial: [2, 3]", "    trial: [2, [3]]", "wrong-type"),
    ("    use: data/digits", "    use: data/digit", "unknown-operator"),
    ("    use: data/digits", "    uses: data/digits", "missing-key"),
    ("    angles: [0, 15, 30]", "    angels: [0, 15, 30]", "unknown-argument"),
    ("    angles: [0, 15, 30]", "    angles: [0, 15, thirty]", "wrong-value"),
    ("    angles: [0, 15, 30]", "    angles: 15", "wrong-value"),
    ("    angles: [0, 15, 30]", "    shuffle: true", "missing-argument"),
    ("    fraction: 0.5", "    fraction: 1.5", "wrong-value"),
    ("    fraction: 0.5", "    fraction: a${seed}", "partial-reference"),
    ("    fraction: 0.5", "    fraction: ${Seed}", "bad-reference"),
    ("    fraction: 0.5", "    fraction: ${seed ^ 2}", "bad-expression"),
    ("    fraction: 0.5", '    fraction: "${seed} / 2"', "partial-reference"),
    ("    data: ${split.train}  # of the fold", "    data: ${split.train + 1}", "wrong-kind"),
    ("    use: data/digits", "    use: data/digits\n    compute: ${1 + 1}", "unknown-key"),
    ("    use: data/digits", "    compute: 1 - accuracy", "wrong-type"),
    ("    use: data/digits", "    compute: {}", "out-of-range"),
    ("    use: data/digits", '    compute: {Lost: "${1 + 1}"}', "bad-name"),
    ("    fraction: 0.5", "    fraction: {previous: ${model}, initially: null}", "stage-as-value"),
    ("    domain: ${held_out}", "    dominion: ${held_out}", "unknown-argument"),
    ("    data: ${split.train}  # of the fold", "    data: 3", "wrong-kind"),
    ("    data: ${split.train}  # of the fold", "    data: [${split.train}]", "gather-into-one"),
    ("    data: ${split.train}  # of the fold", "    data: null", "wrong-kind"),
    ("    data: ${split.train}  # of the fold", "    data: {previous: ${split.train}}", "sequence-start"),
    ("    data: ${split.train}  # of the fold", "    data: {from: ${split.train}, at: {}}", "wrong-type"),
    ("    data: ${split.train}  # of the fold", "    data: {from: split, at: {held_out: 0}}", "wrong-type"),
    ("    network: {conv: {width: ${trial.width}}}", "    network: conf", "unknown-component"),
    ("    network: {conv: {width: ${trial.width}}}", "    network: hub", "missing-argument"),
    ("    network: {conv: {width: ${trial.width}}}", "    network: {conv: {widths: 16}}", "unknown-argument"),
    ("    network: {conv: {width: ${trial.width}}}", "    network: {conv: {width: wide}}", "wrong-value"),
    ("    network: {conv: {width: ${trial.width}}}", "    network: {conv: {}, hub: {}}", "wrong-value"),
    ("    precision: float32", "    precision: float8", "wrong-value"),
    ("    search: ${trial}", "    search: trial", "wrong-type"),
    ("      gpu: 1", "      gpus: 1", "unknown-key"),
    ("      gpu: 1", "      gpu: some", "wrong-type"),
    ("    when: {source: a}", "    when: source", "wrong-type"),
    ("    over: [trial]", "    over: trial", "wrong-type"),
    (NARROWED, "    over: {trial: some}", "wrong-type"),
    (NARROWED, "    over: {trial: []}", "empty-condition"),
    (NARROWED, "    over: {trial: {last: 1}}", "unknown-key"),
    (NARROWED, "    over: {trial: {first: 1, not: 0}}", "wrong-type"),
    (NARROWED, "    over: {trial: {first: 0}}", "out-of-range"),
    (
        TWIN,
        "  left_out: {levels_of: [held_out]}",
        "wrong-type",
    ),
    (
        TWIN,
        "  left_out: {levels_of: held_out, count: 3}",
        "unknown-key",
    ),
    ("    oracle: {protocol: oracle}", "    oracle: protocol", "wrong-type"),
    ("    oracle: {protocol: oracle}", "    oracle: {protocol: []}", "empty-condition"),
    ("    says: CORAL is better.", "    claims: CORAL is better.", "missing-key"),
    ("    compare:", "    compares:", "unknown-claim"),
    ("      greater: coral", "      grater: coral", "unknown-argument"),
    ("      metric: chosen.accuracy", "      metric: accuracy", "unknown-metric"),
    ("      pair: [held_out, seed]", "      pair: seed", "wrong-value"),
    ("      alpha: 0.1", "      alpha: small", "wrong-value"),
    (LOOKS, "    looks: [3, 6]", "wrong-type"),
    ("    compare:", "    own-kind: null\n    compare:", "claim-kind"),
    (LOOKS, "    looks: {axis: seed}", "missing-key"),
    (LOOKS, "    looks: {axis: seed, at: [0, 6]}", "wrong-value"),
    (LOOKS, "    looks: {axis: seed, at: [6]}", "wrong-value"),
    (LOOKS, "    looks: {axis: seed, at: [3, 6], spending: evenly}", "wrong-value"),
    (LOOKS, "    looks: {axis: seed, at: [3, 6], alpha: 0.1}", "unknown-key"),
    (LOOKS, "    order: {metric: test.table.loss, axis: method, levels: [erm, coral]}", "claim-kind"),
    ("    mark: line", "    mark: pie", "wrong-value"),
    ("    mark: line", "    mark: line\n    z: seed", "unknown-key"),
    ("    rows: [protocol, method]", "    lines: method", "unknown-key"),
    ("    mark: line", "    mark: line\n    lines: {y: 0.1}", "wrong-type"),
    ("    mark: line", "    mark: line\n    lines: [{at: 0.1}]", "unknown-key"),
    ("    mark: line", "    mark: line\n    lines: [{y: half}]", "wrong-type"),
    ("    mark: line", "    mark: line\n    lines: [{y: 0.1, fit: u}]", "wrong-value"),
    ("    mark: line", "    mark: line\n    lines: [{fit: cubic}]", "wrong-value"),
    ("    unit: percent", "    unit: metres", "wrong-value"),
    ("    statistic: iqm", "    statistic: mode", "wrong-value"),
    (SHOWN, "  images: {rows: split.test, image: x, count: 100}", "out-of-range"),
    (SHOWN, "  images: {rows: split.test, image: [x]}", "wrong-type"),
    (SHOWN, "  images: {rows: split.test, picture: x}", "unknown-key"),
    (SHOWN, "  images: {image: x}", "missing-key"),
    (SAID, "  chosen.accuracy: {better: more}", "wrong-value"),
    (SAID, "  chosen.accuracy: {unit: nats}", "wrong-value"),
    (SAID, "  chosen.accuracy: {}", "missing-key"),
    (SAID, "  chosen.accuracy: {direction: higher}", "unknown-key"),
    (SAID, "  chosen.accuracy: higher", "wrong-type"),
]


@pytest.mark.parametrize(("line", "wrong", "code"), MISTAKES, ids=[f"{w.strip()}" for _, w, _ in MISTAKES])
def test_what_does_not_compile_is_not_valid(line: str, wrong: str, code: str):
    assert OF_THE_CATALOG.count(line + "\n") == 1
    text = OF_THE_CATALOG.replace(line + "\n", wrong + "\n")
    assert problems(text)
    assert code in codes(text)


@pytest.mark.parametrize(
    ("line", "also"),
    [
        ("    angles: [0, 15, 30]", "    angles: ${listed}"),
        ("    angles: [0, 15, 30]", "    angles: [0, 15, '${held_out}']"),
        ("    fraction: 0.5", "    fraction: {search: {choice: [0.5, 0.25]}}"),
        ("    network: {conv: {width: ${trial.width}}}", "    network: conv"),
        ("    network: {conv: {width: ${trial.width}}}", "    network: {conv: null}"),
        ("    network: {conv: {width: ${trial.width}}}", "    network: {hub: {config: {a: ['${seed}']}}}"),
        ("    objective: ${method}", "    objective: group_dro"),
        ("    objective: ${method}", "    objective: {coral: '${method}'}"),
        ("    objective: ${method}", "    objective: {group_dro: {step_size: 0.1}}"),
        ("    precision: float32", "    precision: ${seed}"),
        (
            "    data: ${split.train}  # of the fold",
            "    data: {from: ${split.train}, at: {held_out: ${seed}}}",
        ),
        ("    oracle: {protocol: oracle}", "    oracle: true"),
        ("    when: {source: a}", "    when:"),
        ("  held_out: [0, 15, 30]", "  held_out: {levels: [0, 15, 30], title: Angle}"),
        ("  held_out: [0, 15, 30]", "  held_out: {levels: {0: null, 15: {a: '${split}'}}}"),
        ("  seed: {count: 6}", "  seed: {levels: {count: 6, erm: {}}}"),
        ('  year: "2021"', "  year: 2021"),
        ("    domain: ${held_out}", "    search: ${trial}"),
    ],
    ids=lambda text: text.strip(),
)
def test_other_ways_to_write_it(line: str, also: str):
    assert EVERYTHING.count(line + "\n") == 1
    assert problems(EVERYTHING.replace(line + "\n", also + "\n")) == []


def test_own_operators_and_components_need_a_file():
    own = EVERYTHING.replace("    use: data/digits\n", "    use: my-operators/digits\n")
    own = own.replace("    objective: ${method}\n", "    objective: {my-objective: {penalty: 1}}\n")
    assert problems(own) == []  # everything.yaml names a file under `operators`
    without = own.replace("operators: [my_operators.py, more/your_operators.py]\n", "")
    assert len(problems(without)) == 2
    assert any("my-operators/digits" in problem for problem in problems(without))


def test_a_scale_requires_nothing_and_knows_every_key():
    for smoke in ("{}", "{stages: {model: {steps: 2}}}", "{axes: {held_out: [0]}}", "{claims: null}", ""):
        assert problems(f"heldout: 1\nstudy: a\nstages: {{}}\nscales:\n  smoke: {smoke}\n") == []
    for smoke in ("{study: b}", "{stages: {model: 2}}", "{stages: {model: {use: data/digits}}}", "[]"):
        assert problems(f"heldout: 1\nstudy: a\nstages: {{}}\nscales:\n  smoke: {smoke}\n")


OVER = "heldout: 1\nstudy: a\ninclude: ../bases/a.yaml\n"
BASE = "heldout: 1\nbase: a\n"


@pytest.mark.parametrize(
    "text",
    [
        OVER,
        OVER + "stages: {model: {steps: 3}, plain: null}\naxes: {seed: null}\nfigures: {a: null}\n",
        OVER.replace("../bases/a.yaml", "[a.yaml, b/c.yml]"),
        BASE + "include: c.yaml\nnotes: Of many.\nstages: {model: {steps: 3}}\nscales: {smoke: {axes: {}}}\n",
    ],
)
def test_a_base_and_what_lies_over_it_need_not_be_whole(text: str):
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        OVER.replace("../bases/a.yaml", "/bases/a.yaml"),
        OVER.replace("../bases/a.yaml", "a.txt"),
        OVER.replace("../bases/a.yaml", "[3]"),
        OVER + "stages: {model: 3}\n",
        OVER + "base: b\n",
        BASE + "claims: {}\n",
        BASE + "title: A base\n",
        "heldout: 1\nbase: A base\n",
    ],
)
def test_what_is_wrong_of_a_base_or_over_one(text: str):
    assert problems(text)


def test_an_editor_is_told_of_every_parameter():
    model = study_schema(CATALOG)["definitions"]["operator.train.model"]
    assert model["properties"]["steps"] == {
        "description": "Updates. Default: `300`. Searched by default as `logintegers: [10, 1000]`.",
        "anyOf": [{"type": "integer"}, {"$ref": "#/definitions/value"}],
        "default": 300,
    }
    assert model["properties"]["data"]["description"] == "Input: Dataset, trained on. Labelled examples."
    assert {
        "if": {"anyOf": [{"required": ["like"]}, {"required": ["with"]}]},
        "else": {"required": ["data"]},
    } in model["allOf"]


@pytest.mark.parametrize("catalog", [CATALOG, load_catalog()], ids=["fixture", "shipped"])
def test_it_is_a_schema_whose_references_hold(catalog: Catalog):
    schema = study_schema(catalog)
    Draft7Validator.check_schema(schema)
    named = set(re.findall(r'"#/definitions/([^"]+)"', json.dumps(schema)))
    assert named == set(schema["definitions"])


def test_the_text_is_the_same_every_time():
    assert schema_text(CATALOG) == schema_text(CATALOG.model_copy())
    assert schema_text(CATALOG).endswith("}\n")


def test_the_schema_file_is_fresh():
    text = (ROOT / "schema" / "study.schema.json").read_text()
    assert text == schema_text(load_catalog()), "run: heldout schema -o schema/study.schema.json"


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_shipped_spec(path: Path):
    text = path.read_text()
    first = text.splitlines()[0]
    marked = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert marked, first
    assert (path.parent / marked[1]).resolve() == ROOT / "schema" / "study.schema.json"
    assert as_text(plain(read_yaml(text, path.name))) == as_text(strictly(text))
    assert problems(text, Draft7Validator(study_schema(load_catalog()))) == []


def strictly(text: str) -> Any:
    """What YAML's own rules make of a spec; every plain value is text.

    The compiler also reads `{data: ${domains}}`, which YAML forbids; shipped specs quote it, so
    that every other tool can read them too.
    """
    return yaml.load(text, Loader=yaml.CBaseLoader)


def as_text(value: Any) -> Any:
    """Collections as they are; what YAML resolves (numbers, nothing) is left out of the comparison."""
    match value:
        case dict():
            return {str(key): as_text(member) for key, member in value.items()}
        case list():
            return [as_text(member) for member in value]
        case str() if "${" in value:
            return value
        case _:
            return ...


def test_a_reference_in_braces_needs_quotes_to_be_plain_yaml():
    with pytest.raises(yaml.YAMLError):
        strictly("model: {data: ${domains}, steps: 3}")
    assert strictly('model: {data: "${domains}"}') == {"model": {"data": "${domains}"}}


def test_former_names_are_valid_where_present_ones_are():
    aliases = {
        "fit/model": "train/model",
        "objectives/old-dro": "objectives/group-dro",
        "claims/beats": "claims/compare",
    }
    catalog = Catalog.model_validate(CATALOG.model_dump(by_alias=True) | {"aliases": aliases})
    validator = Draft7Validator(study_schema(catalog))
    text = OF_THE_CATALOG
    for old, new in (
        ("use: fit/model", "use: train/model"),
        ("objective: old-dro", "objective: group_dro"),
        (" beats:", " compare:"),
    ):
        assert new in text
        text = text.replace(new, old)
    assert problems(text, validator) == [] == codes(text, catalog)
    assert problems(text) != []
    assert problems(text.replace("use: fit/model", "use: fit/another"), validator) != []
    assert problems(text.replace("objective: old-dro", "objective: older"), validator) != []


FROM_FILE = """\
heldout: 1
study: a
axes: {camera: {levels_from: AXIS}}
stages: {digits: {use: data/digits, angles: [0]}}
"""


@pytest.mark.parametrize(
    "axis",
    [
        "cameras.csv",
        "../data/cameras.txt, title: Camera",
        "cameras.csv, at_least: {rows: 20}, first: 3, sha256: abc",
        "cameras.csv, at_least: null",
    ],
)
def test_levels_of_a_file(axis: str):
    text = FROM_FILE.replace("AXIS", axis)
    assert problems(text) == []
    in_order = text.replace("{levels_from", "{sequence: {levels_from").replace("}}\nstages", "}}}\nstages")
    assert (problems(in_order) == []) == ("title" not in axis)


@pytest.mark.parametrize(
    "axis",
    [
        "/etc/cameras.csv",
        "cameras",
        "cameras.csv, first: 0",
        "cameras.csv, column: a",
        "a.csv, at_least: {a: b}",
    ],
)
def test_what_is_wrong_of_levels_of_a_file(axis: str):
    assert problems(FROM_FILE.replace("AXIS", axis))
