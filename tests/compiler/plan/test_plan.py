"""Tasks in shards: each once, none waiting for itself."""

from graphlib import TopologicalSorter
from pathlib import Path

import pytest

GOOD = sorted((Path(__file__).parents[1] / "good_specs").glob("*.yaml"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
@pytest.mark.parametrize("seconds", [0.001, 25, 1000])
def test_every_task_in_one_shard_and_no_circle_of_shards(path: Path, seconds: float, compiler):
    text = path.read_text().replace("{use:", f"{{resources: {{seconds: {seconds}}}, use:")
    compiled = compiler(text)
    owner: dict[str, tuple[str, str]] = {}
    for stage in compiled.plan.stages:
        ids = compiled.expansions[stage.name].ids
        for shard in stage.shards:
            assert shard.cells
            for flat in shard.cells:
                assert ids[flat] not in owner
                owner[ids[flat]] = (stage.name, shard.name)
    graph = {(s.name, shard.name): set(shard.needs) for s in compiled.plan.stages for shard in s.shards}
    tuple(TopologicalSorter(graph).static_order())  # raises where shards wait for each other
    for stage in compiled.plan.stages:
        expansion = compiled.expansions[stage.name]
        for shard in stage.shards:
            seen: set[str] = set()
            for flat in shard.cells:
                for task in expansion.reads[flat]:
                    own = owner[task] == (stage.name, shard.name)
                    assert task in seen if own else owner[task] in shard.needs
                seen.add(expansion.ids[flat])


def test_two_stages_that_lean_on_each_other_take_turns(compiler):
    compiled = compiler((Path(__file__).parents[1] / "good_specs" / "two-encoders.yaml").read_text())
    stages = {stage.name: stage for stage in compiled.plan.stages}
    assert [stages[n].axes for n in ("bi", "cross", "contrastive")] == [("cycle", "seed")] * 2 + [("seed",)]
    cross, bi = compiled.expansions["cross"], compiled.expansions["bi"]
    scores = compiled.expansions["cross_scores"]
    for cycle in range(3):
        for seed in range(2):
            flat = cycle * 2 + seed
            before = scores.ids[flat - 2] if cycle else compiled.expansions["contrastive_scores"].ids[seed]
            assert bi.reads[flat] == (before,)
            own = cross.ids[flat - 2] if cycle else compiled.expansions["contrastive"].ids[seed]
            assert own in cross.reads[flat]
    assert len(stages["bi"].shards) == 3  # no job spans two steps


def test_a_task_that_two_leaning_stages_have_belongs_to_the_first_step_that_needs_it(compiler):
    # `labels` ignores the model that it is given at every step but the first, so its tasks recur.
    compiled = compiler("""
axes:
  round: {sequence: 4}
  arm: {same: "${start}", own: "${model}"}
stages:
  source: {use: data/imported}
  start: {use: train/classifier, data: "${source.train}"}
  labels:
    {use: label/with-model, model: {previous: "${pick}", initially: "${start}"}, data: "${source.train}"}
  model: {use: train/from-labels, labels: "${labels}"}
  pick: {use: adapt/to-inputs, model: "${arm}", data: "${source.train}"}
""")
    graph = {(s.name, shard.name): set(shard.needs) for s in compiled.plan.stages for shard in s.shards}
    assert any(
        compiled.expansions["labels"].ids.count(task) > 1 for task in compiled.expansions["labels"].ids
    )
    tuple(TopologicalSorter(graph).static_order())


def test_previous_steps_along_the_axis_that_is_named(compiler):
    compiled = compiler("""
axes:
  inner: {sequence: 2}
  outer: {sequence: 3}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", seed: "${inner}",
          start: {previous: "${model}", initially: null, along: outer}}
""")
    model = compiled.expansions["model"]
    assert model.grid.axes == ("inner", "outer")
    for flat in range(6):
        inner, outer = divmod(flat, 3)
        before = (model.ids[flat - 1],) if outer else ()
        assert model.reads[flat][1:] == before, (inner, outer)


def test_a_sequence_of_levels_reads_the_level_before(compiler):
    compiled = compiler("""
axes:
  rate: {sequence: [0.1, 0.01, 0.001]}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", learning_rate: "${rate}",
          start: {previous: "${model}", initially: null}}
""")
    model = compiled.expansions["model"]
    assert [row["rate"] for row in map(model.grid.labels, (cell for cell, _ in model.cells()))] == [
        0.1,
        0.01,
        0.001,
    ]
    assert [reads[1:] for reads in model.reads] == [(), (model.ids[0],), (model.ids[1],)]


def test_named_levels_of_a_sequence_keep_their_fields(compiler):
    compiled = compiler("""
axes:
  task: {sequence: {easy: {rate: 0.1}, hard: {rate: 0.01}}}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", learning_rate: "${task.rate}",
          start: {previous: "${model}", initially: null}}
""")
    model = compiled.expansions["model"]
    assert [row["task"] for row in map(model.grid.labels, (cell for cell, _ in model.cells()))] == [
        "easy",
        "hard",
    ]
    assert model.reads[1][1:] == (model.ids[0],)


def test_an_axis_in_step_with_a_sequence_steps_back_with_it(compiler):
    compiled = compiler("""
axes:
  round: {sequence: 3}
  rate: [0.1, 0.01, 0.001]
zip:
  - [round, rate]
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", learning_rate: "${rate}",
          start: {previous: "${model}", initially: null}}
""")
    model = compiled.expansions["model"]
    cells = list(model.existing())
    assert [model.reads[flat][1:] for flat in cells] == [(), (model.ids[cells[0]],), (model.ids[cells[1]],)]
