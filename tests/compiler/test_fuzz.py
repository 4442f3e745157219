"""Whatever a spec holds, it ends in a plan or in diagnostics that can be drawn, and soon.

HELDOUT_FUZZ_EXAMPLES=5000 pytest tests/compiler/test_fuzz.py runs more examples.
"""

import json
import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heldout.compiler.analysis import grid
from heldout.compiler.analysis.claims import plain
from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import draw, source_lines
from heldout.compiler.syntax.yaml_reader import read_yaml
from tests.fixtures.pace import Soon

Tree = Any  # of JSON

HERE = Path(__file__).parent
CATALOG = load_catalog(HERE / "catalog.json")
SEEDS = [path.read_bytes() for path in sorted((HERE / "specs").glob("*.yaml"))]
SEEDS += [path.read_bytes() for path in sorted((HERE / "good_specs").glob("*.yaml"))]
TREES = [
    json.dumps(plain(read_yaml(path.read_text(), path.name)))
    for path in sorted((HERE / "good_specs").glob("*.yaml"))
]
EXAMPLES = int(os.environ.get("HELDOUT_FUZZ_EXAMPLES", "300"))

KEYS = """
    use over when oracle search resources like levels count sequence trials seed zip exclude axes stages
    claims figures tables scales previous initially along from at title says compare metric pair where
    gpu seconds data model objective network heldout study image operators paper levels alpha axis compute
""".split()  # noqa: SIM905
VALUES = r"""
    null|true|no|0|-1|1e-3|1e308|-1e308|1e400|.nan|0x1F|0o17|0123|99999|9007199254740993|''|"\ud800"
    "\U0001F600"|"\u202e"|~|[]|{}|[[]]|{a: }|${a}|${seed}|${trial.penalty}|$${a}|${|${}|${a.b.c}|a${b}
    !!python/object:os.system|*x|&x|&x[*x]|<<:|>-|'${seed}'|{count: 3}|{search: defaults, trials: 3}
    {previous: ${model}, initially: null}|{from: ${model}, at: {seed: 0}}|{search: {uniform: [0, 1]}}
    ${seed // 2}|${1 / seed}|${9 ** 9 ** seed}|"${1 - score.accuracy}"|"${mean(score.accuracy)}"|${(}|${-}
    {sequence: 3}|data/digits|train/classifier|erm|coral|score.accuracy|seed|held_out|method
"""
VALUES = [value.strip() for line in VALUES.strip().splitlines() for value in line.split("|")]
NAMES = "seed held_out method trial model split source digits start round score validation".split()  # noqa: SIM905


def replace_value(line: str, chance: random.Random) -> str:
    head, colon, _ = line.partition(":")
    return f"{head}{colon} {chance.choice(VALUES)}"


def replace_key(line: str, chance: random.Random) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    _, colon, rest = line.partition(":")
    return f"{indent}{chance.choice(KEYS)}{colon}{rest}"


def replace_word(line: str, chance: random.Random) -> str:
    words = line.split(" ")
    words[chance.randrange(len(words))] = chance.choice([*VALUES, *KEYS])
    return " ".join(words)


def insert_key(line: str, chance: random.Random) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return f"{line}\n{indent}{chance.choice(KEYS)}: {chance.choice(VALUES)}"


def change_depth(line: str, chance: random.Random) -> str:
    return " " * chance.randrange(9) + line.lstrip()


def repeat(line: str, chance: random.Random) -> str:
    return "\n".join([line] * chance.choice([2, 2, 3, 60]))


def delete(line: str, chance: random.Random) -> str:
    return ""


def nest(line: str, chance: random.Random) -> str:
    depth = chance.choice([3, 20, 45, 5000])
    head, colon, rest = line.partition(":")
    left, right = chance.choice([("[", "]"), ("{a: ", "}"), ("- ", "")])
    return f"{head}{colon} {left * depth}{rest}{right * depth}"


def lengthen(line: str, chance: random.Random) -> str:
    return line + chance.choice("a${}é\u202e\U0001f600&*#:,- ") * chance.choice([10, 1000, 100_000])


def spoil(line: str, chance: random.Random) -> str:
    spoilt = list(line)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(spoilt) + 1)
        spoilt[place:place] = [
            chance.choice("\t\r\x00\x85\u2028\u200f\ufeff\ue000\ue001[]{}:,#&*!|>'\"%@`?-")
        ]
    return "".join(spoilt)


def refer(line: str, chance: random.Random) -> str:
    head, colon, _ = line.partition(":")
    return f"{head}{colon} ${{{chance.choice(NAMES)}{chance.choice(FIELDS)}}}"


FIELDS = ["", ".train", ".test", ".accuracy", ".penalty", ".model", ".loss", ".table"]
ODD = [
    None, True, 0, -1, 1.5, 1e-300, 2**53 - 1, "", "x", "é\u202e", [], {}, [[]], {"count": 3},
    {"sequence": 2},
    {"search": "defaults", "trials": 2}, {"search": {"penalty": {"uniform": [0, 1]}}, "trials": 2},
    {"search": {"choice": [1, "a", None]}}, {"levels": {"a": {"b": [1]}}}, {"a": None, "b": "${model}"},
    {"previous": "${model}", "initially": None}, {"previous": "${again}", "initially": "${pretrain}"},
    {"previous": "${cross}", "initially": "${contrastive}", "along": "cycle"},
    {"from": "${model}", "at": {"seed": 0}},
    {"from": "${filtered}", "at": {"source": "${target}"}},
    {"seed": "${trial}"}, {"method": ["erm", "coral"]}, {"round": [0]}, ["seed"], ["trial", "seed"],
    "coral",
    {"erm": {}, "coral": {"penalty": "${trial.learning_rate}"}}, {"coral": {"penalty": [1]}}, "data/digits",
]  # fmt: skip


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    replace_value, replace_key, replace_word, insert_key, change_depth, repeat, delete, nest, lengthen, spoil,
    refer,
)  # fmt: skip


def check(data: bytes, soon: Soon, catalog: Catalog = CATALOG) -> None:
    with soon(15):
        compiled, problems = compile_spec(data, "spec.yaml", None, catalog)
    assert (compiled is None) == bool(problems)
    text = data.decode("utf-8-sig", errors="replace")
    lines = source_lines(text)
    for d in problems:
        assert 1 <= d.span.line <= len(lines), d
        assert 1 <= d.span.column <= len(lines[d.span.line - 1]) + 1, d
        assert d.message and d.span.length >= 1
    drawn = draw(problems, {"spec.yaml": text})
    assert len(drawn) < 300_000
    assert all(c == "\n" or c.isprintable() for c in drawn)
    json.dumps([d.json() for d in problems])


@pytest.fixture(autouse=True)
def small_grids(monkeypatch: pytest.MonkeyPatch):
    # What takes the time is then the compiler, and not a study of a million cells.
    monkeypatch.setattr(grid, "MAX_CELLS", 5_000)
    monkeypatch.setattr(grid, "MAX_PLACES", 20_000)


fuzz = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES == 300
)


@fuzz
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 6))
def test_changed_lines(soon: Soon, seed: bytes, chance: random.Random, changes: int):
    lines = seed.decode(errors="replace").split("\n")
    for _ in range(changes):
        number = chance.randrange(len(lines))
        lines[number] = chance.choice(MUTATIONS)(lines[number], chance)
    check("\n".join(lines).encode(errors="replace"), soon)


@fuzz
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 12))
def test_changed_bytes(soon: Soon, seed: bytes, chance: random.Random, changes: int):
    data = bytearray(seed)
    for _ in range(changes):
        place = chance.randrange(len(data) + 1)
        data[place : place + chance.choice([0, 1, 1, 30])] = bytes(
            chance.randrange(256) for _ in range(chance.choice([0, 1, 1, 5]))
        )
    check(bytes(data), soon)


def trees(node: Tree) -> Iterator[tuple[Tree, str | int]]:
    """Every place in a tree: what holds it, and its key or position there."""
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, key
        yield from trees(node[key])


def change_tree(root: Tree, chance: random.Random) -> None:
    places = list(trees(root))
    holder, key = chance.choice(places)
    sections = [root[name] for name in ("axes", "stages") if isinstance(root.get(name), dict)]
    names = [name for section in sections for name in section]
    match chance.randrange(8):
        case 0:
            del holder[key]
        case 1 | 2:  # another part of the same study
            other, place = chance.choice(places)
            holder[key] = deepcopy(other[place])
        case 3:
            holder[key] = f"${{{chance.choice([*names, *NAMES])}{chance.choice(FIELDS)}}}"
        case 4:
            holder[key] = deepcopy(chance.choice(ODD))
        case 5 if isinstance(holder, dict):
            holder[chance.choice(KEYS)] = deepcopy(holder[key])
        case 6 if isinstance(holder, dict):
            holder[chance.choice([*KEYS, *names, *NAMES])] = deepcopy(chance.choice(ODD))
        case _:
            holder[key] = [holder[key]] if chance.random() < 0.5 else {chance.choice(KEYS): holder[key]}


@fuzz
@given(st.sampled_from(TREES), st.randoms(use_true_random=False), st.integers(1, 5))
def test_changed_trees(soon: Soon, seed: str, chance: random.Random, changes: int):
    root = json.loads(seed)
    for _ in range(changes):
        if root:
            change_tree(root, chance)
    check(json.dumps(root, indent=1, ensure_ascii=False).encode(errors="replace"), soon)


@fuzz
@given(st.lists(st.sampled_from(SEEDS), min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_specs_spliced_into_each_other(soon: Soon, seeds: list[bytes], chance: random.Random):
    lines = [line for seed in seeds for line in seed.decode(errors="replace").split("\n")[2:]]
    by_section: dict[str, list[str]] = {}
    section = "stages:"
    for line in lines:
        if line and not line.startswith((" ", "#", "-")):
            section = line.partition(":")[0] + ":" if ":" in line else section
        else:
            by_section.setdefault(section, []).append(line)
    for body in by_section.values():
        if chance.random() < 0.3:
            chance.shuffle(body)
    check(
        "\n".join(
            ["heldout: 1", "study: a", *(f"{k}\n" + "\n".join(v) for k, v in by_section.items())]
        ).encode(),
        soon,
    )


BEST = "use: select/best, criterion: [], candidates"
BOMB = "stages:\n  digits: {use: data/digits, angles: ${a0}}\n"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * 10_000_000,
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "a: &a [" + "0, " * 5_000 + "]\n" + "".join(f"b{i}: [*a, *a, *a]\n" for i in range(1000)),
        "heldout: 1\nstudy: a\naxes:\n"
        + "".join(f'  a{i}: {{x: "${{a{i + 1}}}", y: "${{a{i + 1}}}"}}\n' for i in range(60))
        + "  a60: [0]\n"
        + BOMB,
        "heldout: 1\nstudy: a\naxes:\n"
        + "".join(f"  a{i}: {'{x: ' * 30}${{a{i + 1}}}{'}' * 30}\n" for i in range(60))
        + "  a60: [0]\n"
        + BOMB,
        "heldout: 1\nstudy: a\nstages:\n  b: {use: data/digits, angles: [" + "0, " * 40_000 + "]}\n"
        + "".join(f"  s{i}: {{like: b}}\n" for i in range(190)),
        "heldout: 1\nstudy: a\nstages:\n" + "".join(f"  s{i}: {{like: s{i + 1}}}\n" for i in range(5000)),
        "heldout: 1\nstudy: a\nstages:\n  s0: {use: data/imported}\n"
        + "".join(f"  s{i}: {{{BEST}: ${{s{i - 1}}}}}\n" for i in range(1, 190)),
        "heldout: 1\nstudy: a\nstages:\n"
        + "".join(f"  s{i}: {{{BEST}: ${{s{i + 1}}}}}\n" for i in range(190))
        + "  s190: {use: data/imported}\n",
        "heldout: 1\nstudy: a\naxes:\n" + "".join(f"  a{i}: {{count: 100000}}\n" for i in range(60)),
        "heldout: 1\nstudy: a\naxes:\n  t: {trials: 100000, search: {"
        + ", ".join(f"h{i}: {{uniform: [0, 1]}}" for i in range(5000)) + "}}\n",
        "\ufeff\ufeffheldout: 1",
        "\ufeff",
        "",
        "%YAML 1.1\n---\nheldout: 1\n",
        "heldout: 1\r\nstudy: a\r\nstages: {a: {use: x}}\r\n",
        "heldout: 1\x85study: a\u2028stages: {a: {use: x}}\x85",
    ],
    ids=range(19),
)  # fmt: skip
def test_bombs(soon: Soon, text: str):
    check(text.encode(), soon)
