"""What a task is, what it is called, and which cells share one."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import rfc8785

from heldout.compiler.compile import Compiled
from heldout.compiler.lower.shards import shard_files

GOOD = sorted((Path(__file__).parents[1] / "good_specs").glob("*.yaml"))

STUDY = """
axes:
  method: {erm: {}, coral: {penalty: 2.0}}
  seed: {count: 2}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}", steps: 5}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed]}
"""


def ids(compiled: Compiled, stage: str) -> dict[tuple, str | None]:
    """The task of every cell of a stage, by its labels."""
    grid = compiled.expansions[stage].grid
    cells = itertools.product(*map(range, grid.sizes))
    return {tuple(grid.labels(c).values()): compiled.expansions[stage].ids[grid.flat(c)] for c in cells}


def tasks(compiled: Compiled) -> Iterator[tuple[dict, dict]]:
    """Every task of the shard files, with the head of its shard."""
    for _, text in shard_files(compiled):
        shard = json.loads(text)
        for task in shard["tasks"]:
            yield shard, task


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_an_identity_is_the_hash_of_what_the_shard_file_says(path: Path, compiler):
    compiled = compiler(path.read_text())
    written = list(tasks(compiled))
    for shard, task in written:
        content = {
            "operator": shard["operator"],
            "digest": shard["digest"],
            "components": task["components"],
            "libraries": task["libraries"],
            "parameters": task["parameters"],
            "inputs": task["inputs"],
        }
        assert task["task"] == hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    assert len(written) == compiled.plan.tasks == len({task["task"] for _, task in written})


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_every_input_is_a_task_of_the_plan_and_every_cell_too(path: Path, compiler):
    compiled = compiler(path.read_text())
    planned = {task["task"] for _, task in tasks(compiled)}
    for expansion in compiled.expansions.values():
        assert {task for task in expansion.ids if task is not None} <= planned
        assert {task for reads in expansion.reads for task in reads} <= planned


def test_the_words_of_the_spec_do_not_matter(compiler):
    first = compiler(STUDY)
    reordered = """
stages:
  average: {over: [chance], values: "${points.accuracy}", use: measure/mean}
  points: {data: "${origin.test}", model: "${network}", use: evaluate/classification}
  network:
    seed: "${chance}"
    steps: 0x5
    weight_decay: 0
    learning_rate: 1e-3
    network: {mlp: {dropout: 0.0, width: 64}}
    objective: "${objective}"
    use: train/classifier
    data: "${origin.train}"
  origin: {use: data/imported}
axes:
  chance: [0, 1]
  objective: {coral: {penalty: 2}, erm: null}
"""
    second = compiler(f"heldout: 1\nstudy: another-name\n{reordered}", file="elsewhere.yaml")
    names = {"model": "network", "score": "points", "mean": "average", "source": "origin"}
    for old, new in names.items():
        assert set(ids(first, old).values()) == set(ids(second, new).values())


def test_what_a_task_is_does_matter(compiler):
    first = set(ids(compiler(STUDY), "model").values())
    for old, new in (
        ("steps: 5", "steps: 6"),
        ("penalty: 2.0", "penalty: 2.5"),
        ("source.train", "source.inputs"),
    ):
        changed = set(ids(compiler(STUDY.replace(old, new)), "model").values())
        assert len(changed) == 4 and changed - first


def test_a_seed_more_keeps_every_identity_and_every_full_shard(compiler):
    def study(seeds: int) -> Compiled:
        text = STUDY.replace("count: 2", f"count: {seeds}").replace(
            "steps: 5", "steps: 5, resources: {seconds: 30}"
        )
        return compiler(text)

    few, more = study(3), study(4)
    assert ids(few, "model").items() <= ids(more, "model").items()
    before, after = dict(shard_files(few)), dict(shard_files(more))
    full = [
        name
        for name, text in before.items()
        if name.startswith("model/") and len(json.loads(text)["tasks"]) == 2
    ]
    assert len(full) == 3  # 6 tasks of 30 s, two in a job
    assert all(before[name] == after[name] for name in full)


def test_levels_that_do_not_reach_an_axis_share_one_task(compiler):
    compiled = compiler("""
axes:
  held_out: [a, b, c]
  start: {scratch: null, pretrained: "${pretrain}"}
stages:
  source: {use: data/imported}
  filtered: {use: data/filter, data: "${source.train}", keep: "${held_out}"}
  pretrain: {use: train/classifier, data: "${filtered}"}
  model: {use: train/classifier, data: "${source.train}", start: "${start}", steps: 7}
""")
    model = ids(compiled, "model")
    assert compiled.expansions["model"].grid.axes == ("held_out", "start")
    assert len({model[h, "scratch"] for h in "abc"}) == 1
    assert len({model[h, "pretrained"] for h in "abc"}) == 3
    planned = next(s for s in compiled.plan.stages if s.name == "model")
    assert (planned.cells, planned.tasks, planned.shared) == (6, 4, 2)


def test_stages_that_do_the_same_share_their_tasks(compiler):
    compiled = compiler("""
axes:
  seed: {count: 3}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", seed: "${seed}"}
  again: {like: model, steps: 300}
""")
    assert ids(compiled, "model") == ids(compiled, "again")
    assert [s.tasks for s in compiled.plan.stages if s.name in ("model", "again")] == [3, 0]


def test_a_set_has_no_order_and_no_repeats(compiler):
    compiled = compiler("""
axes:
  held_out: [0, 15, 30]
  other: [0, 15, 30]
stages:
  source: {use: data/imported}
  fold: {use: data/training-domains, data: "${source.train}", without: ["${held_out}", "${other}"]}
""")
    fold = ids(compiled, "fold")
    assert fold[0, 15] == fold[15, 0] != fold[0, 30]
    assert len(set(fold.values())) == 6  # three pairs, and three times one domain alone
    without = {
        tuple(task["parameters"]["without"]) for _, task in tasks(compiled) if "without" in task["parameters"]
    }
    assert without == {(0,), (15,), (30,), (0, 15), (0, 30), (15, 30)}


def inputs_of(compiled: Compiled, stage: str) -> list[dict]:
    return [task["inputs"] for shard, task in tasks(compiled) if shard["stage"] == stage]


def test_over_gathers_what_exists(compiler):
    compiled = compiler("""
axes:
  method: {erm: {}, coral: {}}
  seed: {count: 4}
exclude: [{method: coral, seed: [0, 2]}]
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}"}
  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed]}
  grand: {use: measure/mean, values: "${score.accuracy}", over: [method, seed]}
  both: {use: measure/mean, values: ["${score.accuracy}", "${score.error}"], over: [seed]}
""")
    score = ids(compiled, "score")
    erm, coral = inputs_of(compiled, "mean")
    assert [i["task"] for i in erm["values"]] == [score["erm", s] for s in range(4)]
    assert [i["task"] for i in coral["values"]] == [score["coral", s] for s in (1, 3)]
    assert {i["metric"] for i in erm["values"]} == {"accuracy"}
    (grand,) = inputs_of(compiled, "grand")
    assert [i["task"] for i in grand["values"]] == [t for t in score.values() if t is not None]
    assert [len(i["values"]) for i in inputs_of(compiled, "both")] == [8, 4]
    assert [i["metric"] for i in inputs_of(compiled, "both")[1]["values"]] == ["accuracy", "error"] * 2


def test_a_stage_is_read_at_a_named_level_or_under_another_name(compiler):
    compiled = compiler("""
axes:
  held_out: [a, b]
  validation_domain: [b, a]
stages:
  source: {use: data/imported}
  filtered: {use: data/filter, data: "${source.train}", keep: "${held_out}"}
  first: {use: data/filter, data: {from: "${filtered}", at: {held_out: b}}, keep: again}
  renamed:
    {use: data/filter, data: {from: "${filtered}", at: {held_out: "${validation_domain}"}}, keep: again}
""")
    filtered = ids(compiled, "filtered")
    assert compiled.expansions["first"].grid.axes == ()
    assert compiled.expansions["renamed"].grid.axes == ("validation_domain",)
    assert ids(compiled, "first")[()] == ids(compiled, "renamed")["b",]
    expansion = compiled.expansions["renamed"]
    assert expansion.reads == [(filtered["b",],), (filtered["a",],)]


def test_references_keep_their_type_and_braces_need_no_quotes(compiler):
    compiled = compiler("""
axes:
  angle: [0, 15]
  answer: [no, 1e-3, 0123]
stages:
  digits: {use: data/digits, angles: [${angle}, 7], shuffle: false}
  quoted: {use: data/digits, angles: ["${angle}", 7], shuffle: false}
  split: {use: data/leave-one-domain-out, data: ${digits}, domain: ${answer}}
""")
    assert ids(compiled, "digits") == ids(compiled, "quoted")
    values = [task["parameters"]["domain"] for shard, task in tasks(compiled) if shard["stage"] == "split"]
    assert sorted(values, key=str) == [0.001, 0.001, 123, 123, "no", "no"]


def test_nothing_at_an_optional_list_of_inputs_is_null(compiler):
    compiled = compiler("""
axes:
  start: {scratch: null, trained: "${first}"}
stages:
  source: {use: data/imported}
  first: {use: train/classifier, data: "${source.train}"}
  model: {use: train/classifier, data: "${source.train}", start: "${start}", steps: 9}
""")
    scratch, trained = inputs_of(compiled, "model")
    assert scratch["start"] is None
    assert trained["start"]["task"] == ids(compiled, "first")[()]


def test_another_version_of_a_library_renews_what_takes_from_it(catalog, compiler):
    """The operator's own libraries, and those of the component that a parameter chooses."""

    def compiled(**releases: str) -> Compiled:
        operator = catalog.operators["train/classifier"].model_copy(update={"libraries": ("torch",)})
        objectives = catalog.components["objectives"]
        coral = objectives["coral"].model_copy(update={"libraries": ("scipy",)})
        update = {
            "operators": catalog.operators | {"train/classifier": operator},
            "components": catalog.components | {"objectives": objectives | {"coral": coral}},
            "libraries": {"numpy": "1.0", "scipy": "1.17", "torch": "2.13"} | releases,
        }
        return type(compiler)(catalog.model_copy(update=update))(STUDY)

    before = compiled()
    assert compiled(numpy="2.0").expansions["mean"].ids == before.expansions["mean"].ids
    newer = compiled(scipy="1.18")
    assert ids(newer, "source") == ids(before, "source")
    renewed = {key for key, task in ids(newer, "model").items() if task != ids(before, "model")[key]}
    assert renewed == {("coral", 0), ("coral", 1)}
    assert not {*ids(compiled(torch="2.14"), "model").values()} & {*ids(before, "model").values()}
    assert before.uses.libraries == {"libraries/scipy": "1.17", "libraries/torch": "2.13"}
