"""How many tasks a job holds, and that this stays while a study lasts."""

import pytest

from heldout.compiler.plan.cost import Cost, Timing
from heldout.compiler.plan.packing import Packing, Target, pack, packing_text, parse_packing, tasks_per_job
from heldout.compiler.plan.plan import make_plan

STUDY = """
axes:
  method: {list: METHODS}
  seed: {count: SEEDS}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", learning_rate: "${method}", seed: "${seed}",
          steps: 100, resources: {seconds: 2}}
"""


@pytest.fixture
def expansions(compiler):
    def expand(seeds=6, methods=10, steps=100):
        rates = ", ".join(f"0.{n + 1:03d}" for n in range(methods))
        text = STUDY.replace("{list: METHODS}", f"[{rates}]").replace("SEEDS", str(seeds))
        return compiler(text.replace("steps: 100", f"steps: {steps}")).expansions

    return expand


def sizes(expansions, packing):
    return [len(shard.cells) for shard in make_plan(expansions, packing).stages[1].shards]


@pytest.mark.parametrize(
    ("seconds", "tasks", "job_seconds", "expected"),
    [
        (2.0, 1000, 60, 30),  # 2000 s: full jobs of 60 s
        (2.0, 60, 60, 15),  # 120 s: a quarter of it each, for four cores
        (0.1, 100, 60, 50),  # 10 s: not below 5 s, a twelfth of a full job
        (0.001, 10, 60, 5000),  # 0.01 s: all in one job
        (500.0, 10, 60, 1),  # each longer than a job should be
        (5.0, 10_000, 1200, 240),  # a cluster: 50,000 s in 42 jobs
        (5.0, 100, 1200, 25),  # 500 s: four jobs of 125 s
    ],
)
def test_jobs_are_as_long_as_asked_and_a_short_stage_is_split(seconds, tasks, job_seconds, expected):
    assert tasks_per_job(Cost(seconds, "declared"), tasks, Target(job_seconds)) == expected


def test_a_sweep_of_ten_thousand_trials_is_tens_of_jobs(expansions):
    many = expansions(seeds=200, methods=50)
    packing = pack(many, Target(1200, 100), timings=lambda operators: {})
    parts = sizes(many, packing)
    assert sum(parts) == 10_000
    assert 10 <= len(parts) < 100
    assert max(parts) * 2 <= 1.25 * 1200


def test_no_more_jobs_than_asked(expansions):
    many = expansions(seeds=100)
    assert len(sizes(many, pack(many, Target(2, 1000)))) == 1000
    assert len(sizes(many, pack(many, Target(2, 40)))) <= 40


def test_a_seed_more_leaves_the_jobs_there_are_alone(expansions):
    few, more = expansions(seeds=6), expansions(seeds=9)
    packing = pack(few)
    before = [[few["model"].ids[f] for f in s.cells] for s in make_plan(few, packing).stages[1].shards]
    kept = pack(more, kept=packing)
    after = [[more["model"].ids[f] for f in s.cells] for s in make_plan(more, kept).stages[1].shards]
    assert kept == packing
    assert len(after) > len(before) > 1
    assert after[: len(before) - 1] == before[:-1]


def test_a_part_holds_whole_repetitions_or_lies_within_one(expansions):
    six = expansions(seeds=6, methods=10)
    for size in (3, 7, 10, 14, 25, 1000):
        packing = pack(six, Target(2 * size * 1.0, 500))
        for shard in make_plan(six, packing).stages[1].shards:
            seeds = [six["model"].grid.cell(flat)[1] for flat in shard.cells]
            assert len(set(seeds)) == 1 or len(seeds) == 10 * len(set(seeds))


def test_a_packing_that_was_kept_is_what_counts(expansions):
    asked = []

    def timings(operators):
        asked.append(operators)
        constants = expansions()["model"].constants()
        return {"train/classifier": [Timing({**constants, "seed": 0}, 20.0, 0)]}

    first = pack(expansions())
    assert first.stages["model"].cost == Cost(2, "declared")
    assert pack(expansions(), kept=first, timings=timings) == first
    assert asked == []
    learnt = pack(expansions(), timings=timings)  # as `--repack` does
    assert learnt.stages["model"].cost == Cost(20.0, "learnt", 1)
    assert learnt.stages["model"].tasks_per_job < first.stages["model"].tasks_per_job


def test_another_target_or_another_task_is_packed_anew(expansions):
    first = pack(expansions())
    slurm = pack(expansions(), Target(1200, 100), kept=first)
    assert slurm.target == Target(1200, 100) and slurm.stages != first.stages
    assert pack(expansions(), kept=slurm) == slurm  # who asks for no target gets what there is
    asked = []

    def timings(operators):
        asked.append(sorted(operators))
        return {}

    longer = pack(expansions(steps=200), kept=first, timings=timings)
    assert asked == [["train/classifier"]]
    assert longer.stages["source"] == first.stages["source"]
    assert longer.stages["model"].basis != first.stages["model"].basis


def test_a_packing_is_read_as_it_was_written(expansions):
    packing = pack(expansions(), Target(90.5, 7))
    assert parse_packing(packing_text(packing).encode()) == packing
    assert isinstance(packing, Packing)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"heldout"', "heldout"),
        ('"tasks_per_job": ', '"tasks_per_job": -'),
        ('"from": "declared"', '"from": "a guess"'),
        ('"job_seconds": 60.0', '"job_seconds": "long"'),
        ('"seconds": ', '"second": '),
    ],
)
def test_a_damaged_packing_is_none(expansions, old, new):
    text = packing_text(pack(expansions()))
    assert old in text
    assert parse_packing(text.replace(old, new).encode()) is None
