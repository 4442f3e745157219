"""Stages that share jobs: which do, which do not, and that no job ever waits for itself."""

from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from heldout.compiler.plan.packing import Target, pack
from heldout.compiler.plan.plan import make_plan

GOOD = sorted((Path(__file__).parents[1] / "good_specs").glob("*.yaml"))


def jobs(compiled):
    return [tuple(stage.name for stage in job) for job in compiled.plan.jobs]


def job_graph(plan):
    """The jobs that each job waits for, both as (first stage, shard)."""
    lead = {stage.name: stage.lead for stage in plan.stages}
    graph = {}
    for stage in plan.stages:
        for shard in stage.shards:
            own = (stage.lead, shard.name)
            graph.setdefault(own, set()).update((lead[s], name) for s, name in shard.needs)
            graph[own].discard(own)
    return graph


STUDY = """
axes:
  domain: [0, 1, 2]
  seed: {count: 8}
stages:
  source: {use: data/imported, resources: {seconds: 0.1}}
  split: {use: data/leave-one-domain-out, data: "${source.train}", domain: "${domain}", seed: "${seed}",
          resources: {seconds: 0.01}}
  model: {use: train/classifier, data: "${split.train}", seed: "${seed}", resources: {seconds: 10}}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}",
          resources: {seconds: 0.1}}
"""


def test_a_stage_of_the_same_tasks_joins_and_each_task_finds_its_model_in_its_job(compiler):
    compiled = compiler(STUDY)
    assert jobs(compiled) == [("source", "split"), ("model", "score")]
    stages = {stage.name: stage for stage in compiled.plan.stages}
    assert compiled.plan.num_jobs == 1 + len(stages["model"].shards) > 4
    for model, score in zip(stages["model"].shards, stages["score"].shards, strict=True):
        assert model.name == score.name
        made = {compiled.expansions["model"].ids[flat] for flat in model.cells}
        for flat in score.cells:
            assert made & set(compiled.expansions["score"].reads[flat])


@pytest.mark.parametrize(
    "resources",
    [
        "gpu: 1",
        "threads: 2",
        "mem_mb: 4000",
        "nodes: 2, gpu: 1",
        "gpu: 2",
        "processes: 2",
        "gpu: 1, gpu_mem_mb: 500",
    ],
)
def test_a_stage_that_asks_for_other_resources_runs_alone(compiler, resources):
    compiled = compiler(STUDY.replace("{seconds: 10}", f"{{seconds: 10, {resources}}}"))
    assert jobs(compiled) == [("source", "split"), ("model",), ("score",)]


def test_longer_limits_of_time_and_disk_do_not_keep_stages_apart(compiler):
    compiled = compiler(STUDY.replace("{seconds: 10}", "{seconds: 10, runtime: 90, disk_mb: 5000}"))
    assert jobs(compiled) == [("source", "split"), ("model", "score")]


def test_what_would_make_jobs_much_longer_or_much_fewer_runs_alone(compiler):
    score = "resources: {seconds: 0.1}}\n"
    assert STUDY.endswith(score)
    slow = compiler(STUDY.removesuffix(score) + score.replace("0.1", "10"))
    assert jobs(slow) == [("source", "split"), ("model",), ("score",)]  # else 120 s a job instead of 60
    # All models read the one shard of splits, but in its job they would train one after the other.
    assert "model" not in jobs(slow)[0]


def test_a_job_does_not_wait_for_something_long_that_only_a_late_stage_needs(compiler):
    text = (
        STUDY
        + """
  other: {use: train/classifier, data: "${source.train}", steps: 7, resources: {seconds: SECONDS}}
  pool: {use: adapters/pool, adapters: ["${model}"], gates: ["${other}"], resources: {seconds: 0.1}}
"""
    )
    short = compiler(text.replace("SECONDS", "0.5"))
    assert ("model", "score", "pool") in jobs(short)
    long = compiler(text.replace("SECONDS", "50"))
    assert ("model", "score") in jobs(long)
    assert jobs(long)[0] == ("source", "split"), "what others wait for does not wait for `other`"


def test_a_stage_whose_tasks_read_several_jobs_runs_alone(compiler):
    compiled = compiler(
        STUDY
        + """
  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed], resources: {seconds: 0.01}}
"""
    )
    assert jobs(compiled)[-1] == ("mean",)


def test_a_stage_that_gathers_within_one_job_joins_it(compiler):
    compiled = compiler(
        STUDY
        + """
  mean: {use: measure/mean, values: "${score.accuracy}", over: [domain], resources: {seconds: 0.01}}
"""
    )
    assert jobs(compiled)[-1] == ("model", "score", "mean")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
@pytest.mark.parametrize("seconds", [1, 12, 60, 4000])
def test_no_job_waits_for_itself_and_every_stage_has_its_tasks(path, seconds, compiler):
    compiled = compiler(path.read_text())
    plan = make_plan(compiled.expansions, pack(compiled.expansions, Target(seconds)))
    tuple(TopologicalSorter(job_graph(plan)).static_order())
    tasks = [
        compiled.expansions[stage.name].ids[flat]
        for stage in plan.stages
        for shard in stage.shards
        for flat in shard.cells
    ]
    wanted = {task for e in compiled.expansions.values() for task in e.ids if task is not None}
    assert len(tasks) == len(set(tasks)) == len(wanted)
    for job in plan.jobs:
        assert len({tuple(shard.name for shard in stage.shards) for stage in job}) == 1


def test_tasks_that_read_the_same_data_follow_each_other(compiler):
    compiled = compiler("""
axes:
  task: [0, 1, 2]
  domain: [3, 4]
stages:
  source: {use: data/imported}
  split: {use: data/leave-one-domain-out, data: "${source.test}", domain: "${domain}"}
  model: {use: train/classifier, data: "${source.train}", seed: "${task}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}", resources: {seconds: 0.1}}
""")
    score = compiled.expansions["score"]
    (shard,) = next(stage for stage in compiled.plan.stages if stage.name == "score").shards
    data = [score.reads[flat][0] for flat in shard.cells]
    assert data == sorted(data, key=data.index)  # 2 data sets, each loaded once, for 3 models each
    assert len(set(data)) == 2 and len(data) == 6


def test_needs_grow_with_the_tasks_and_not_with_their_square(compiler):
    def counts(seeds):
        plan = compiler(STUDY.replace("count: 8", f"count: {seeds}")).plan
        return plan.tasks, sum(len(needs) for needs in job_graph(plan).values())

    (few, few_edges), (many, many_edges) = counts(16), counts(64)
    assert many == pytest.approx(4 * few, rel=0.01)
    assert many_edges <= 4.5 * few_edges
