"""Which files stand for all jobs; tests/compiler/cli/test_reproduce.py runs them."""

from heldout.compiler.plan.packing import Target, pack
from heldout.compiler.plan.plan import make_plan
from heldout.compiler.reproduce.jobs import targets

CHAIN = """
axes: {seed: {count: 4}}
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", seed: "${seed}", resources: {seconds: 60}}
  score: {use: evaluate/classification, model: "${model}", data: "${source.test}",
          resources: {seconds: 60, gpu: 1}}
  mean: {use: measure/mean, values: "${score.accuracy}", over: [seed], resources: {seconds: 60}}
  other: {use: measure/score-inputs, model: "${model}", data: "${source.test}",
          resources: {seconds: 60, gpu: 1}}
"""


def jobs_before(plan, wanted):
    """The jobs that some files need, by what shards read."""
    job_of = {(s.name, n.name): (job[0].name, n.name) for job in plan.jobs for s in job for n in s.shards}
    needs = {}
    for job in plan.jobs:
        for stage in job:
            for shard in stage.shards:
                own = job_of[stage.name, shard.name]
                needs.setdefault(own, set()).update(job_of[one] for one in shard.needs)
    waiting = [tuple(path.removesuffix(".json").split("/")[1:]) for path in wanted]
    found = set()
    while waiting:
        job = waiting.pop()
        if job not in found:
            found.add(job)
            waiting += needs[job]
    return found, set(needs)


def test_the_jobs_that_no_other_waits_for_bring_all_others(compiler):
    expansions = compiler(CHAIN).expansions
    plan = make_plan(expansions, pack(expansions, Target(60, 500), timings=lambda operators: {}))
    wanted = targets(plan)
    found, jobs = jobs_before(plan, wanted)
    assert found == jobs and len(jobs) > len(wanted) > 1
    assert not any(path.startswith("done/source/") for path in wanted)


def test_one_job_is_its_own_target(compiler):
    plan = compiler("stages: {digits: {use: data/digits}}").plan
    assert targets(plan) == ["done/digits/000.json"]
