import itertools
import json

import numpy as np
import pytest

from heldout.runtime.machine.domainbed.parts import At, averages_part, dataset_part
from heldout.runtime.machine.domainbed.records import Record, read_sweep
from heldout.runtime.machine.domainbed.selection import (
    Choice,
    leave_one_domain_out,
    oracle,
    selected_accuracy,
    training_domain,
)


def record(test_envs, step, inside, outside, hparams=0):
    return Record("run", "Debug28", "ERM", test_envs, 0, hparams, step, inside, outside, 0.5)


def test_the_training_domains_choose_by_hand():
    # Environment 0 is held out; the mean of 1 and 2 on their holdout parts is 0.4, 0.6, 0.5.
    records = [
        record((0,), 0, (0.1, 0, 0), (0.9, 0.3, 0.5)),
        record((0,), 300, (0.2, 0, 0), (0.0, 0.8, 0.4)),
        record((0,), 600, (0.3, 0, 0), (0.9, 0.5, 0.5)),
        record((0, 1), 300, (0.9, 0, 0), (1.0, 1.0, 1.0)),  # of another protocol
    ]
    assert training_domain(records, 0) == Choice(pytest.approx(0.6), 0.2)


def test_the_oracle_takes_the_last_step():
    records = [record((1,), 600, (0, 0.7, 0), (0, 0.6, 0)), record((1,), 0, (0, 0.9, 0), (0, 0.99, 0))]
    assert oracle(records, 1) == Choice(0.6, 0.7)


def test_leaving_one_out_needs_every_pair_at_a_step():
    records = [
        record((0,), 0, (0.1, 0, 0), (0, 0, 0)),
        record((0,), 300, (0.2, 0, 0), (0, 0, 0)),
        record((0, 1), 0, (0, 0.4, 0), (0, 0, 0)),
        record((0, 2), 0, (0, 0, 0.6), (0, 0, 0)),
        record((0, 1), 300, (0, 1.0, 0), (0, 0, 0)),  # and no pair with 2
    ]
    assert leave_one_domain_out(records, 0) == Choice(pytest.approx(0.5), 0.1)
    assert leave_one_domain_out(records[:3], 0) is None


def test_equal_trials_go_to_the_smaller_seed():
    records = [
        record((0,), 0, (inside, 0, 0), (0.5, 0, 0), hparams=seed) for seed, inside in ((1, 0.3), (0, 0.2))
    ]
    assert selected_accuracy(records, 0, "oracle") == 0.2


def collected(folder):
    """Accuracies by (dataset, algorithm, environment, protocol, trial), from the files alone.

    Arrays over hyper-parameters and steps, where the module under test goes record by record.
    """
    lines = [json.loads(line) for path in folder.glob("*/results.jsonl") for line in path.open()]
    found = {}
    keys = {(x["args"]["dataset"], x["args"]["algorithm"], x["args"]["trial_seed"]) for x in lines}
    steps = sorted({x["step"] for x in lines})
    for dataset, algorithm, trial in keys:
        own = [
            x
            for x in lines
            if (x["args"]["dataset"], x["args"]["algorithm"], x["args"]["trial_seed"])
            == (dataset, algorithm, trial)
        ]
        num_envs = sum(key.endswith("_out_acc") for key in own[0])
        seeds = sorted({x["args"]["hparams_seed"] for x in own})
        # accuracy[part][held out, held out beside it (itself where alone), seed, step, environment]
        shape = (num_envs, num_envs, len(seeds), len(steps), num_envs)
        accuracy = {part: np.full(shape, np.nan) for part in ("in", "out")}
        for x in own:
            at = (seeds.index(x["args"]["hparams_seed"]), steps.index(x["step"]))
            envs = x["args"]["test_envs"]
            for a, b in itertools.permutations(envs, 2) if len(envs) == 2 else [(envs[0], envs[0])]:
                for part in accuracy:
                    accuracy[part][a, b, *at] = [x[f"env{e}_{part}_acc"] for e in range(num_envs)]
        for env in range(num_envs):
            others = [e for e in range(num_envs) if e != env]
            tested = accuracy["in"][env, env, :, :, env]
            by_training = accuracy["out"][env, env][:, :, others].mean(axis=-1)
            by_pairs = np.mean([accuracy["in"][env, e, :, :, e] for e in others], axis=0)
            for protocol, criterion in (("training-domain", by_training), ("leave-one-domain-out", by_pairs)):
                best = np.unravel_index(np.argmax(criterion), criterion.shape)
                found[dataset, algorithm, env, protocol, trial] = tested[best]
            last = np.argmax(accuracy["out"][env, env, :, -1, env])
            found[dataset, algorithm, env, "oracle", trial] = tested[last, -1]
    return found


def test_all_protocols_agree_with_an_independent_collection(write_sweep):
    folder = write_sweep()
    expected = collected(folder)
    records = read_sweep(folder).records
    parts = [dataset_part(d, [r for r in records if r.dataset == d]) for d in ("PACS", "Debug28")]
    ours = {
        (part.title, at.algorithm, at.column, at.protocol, at.trial_seed): value
        for part in parts
        for at, value in part.values.items()
    }
    # 3 algorithms, 4 + 3 environments, 3 protocols, 3 trials.
    assert len(expected) == 3 * 7 * 3 * 3
    assert ours == pytest.approx(expected)
    averages = averages_part(parts)
    for algorithm, trial in itertools.product(("ERM", "CORAL", "IRM"), range(3)):
        own = [expected["PACS", algorithm, env, "oracle", trial] for env in range(4)]
        assert averages.values[At(algorithm, 0, "oracle", trial)] == pytest.approx(np.mean(own))
