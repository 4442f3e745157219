"""DomainBed's three ways to select, replayed on one small sweep by operators and by records."""

import itertools

import numpy as np
import pytest
import torch

from heldout.runtime.artifacts import Scalar
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.data.splits.held_out_domain import held_out_domain
from heldout.runtime.operators.data.splits.training_domains import training_domains
from heldout.runtime.operators.data.splits.validation_domain import validation_domain
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.measure.mean import mean
from heldout.runtime.operators.select.best import best
from heldout.runtime.operators.train.classifier import classifier
from tests.fixtures.written import written

classifier = written(classifier)

DOMAINS = ("0", "40", "80")
TRIALS = (3e-3, 1e-2, 3e-2, 1e-1)  # learning rates
STEPS = (4, 12, 30)
CELLS = list(itertools.product(range(len(TRIALS)), STEPS))


@pytest.fixture(scope="module")
def data():
    # Domains of 67, 50 and 40 rows: a mean over rows is not a mean over domains.
    digits = rotated_digits(angles=[0, 40, 80])
    sizes = {"0": 67, "40": 50, "80": 40}
    return digits.take(np.concatenate([np.flatnonzero(digits.domains == n)[:k] for n, k in sizes.items()]))


@pytest.fixture(scope="module")
def models(data):
    """Every model of the sweep, by held-out domains, trial and step."""
    held = [{name} for name in DOMAINS] + [set(pair) for pair in itertools.combinations(DOMAINS, 2)]
    return {
        (frozenset(out), trial, steps): classifier(
            training_domains(data, without=out, seed=0).train,
            checkpoint=Checkpoint(), network="linear", learning_rate=TRIALS[trial], steps=steps, batch_size=8,
        ).model
        for out in held
        for trial, steps in CELLS
    }  # fmt: skip


def records(data, models):
    """What DomainBed's training script writes: accuracies on both splits of every domain."""
    lines = []
    for (out, trial, steps), model in models.items():
        line = {
            "test_envs": sorted(DOMAINS.index(name) for name in out),
            "hparams_seed": trial,
            "step": steps,
        }
        module = restore_classifier(model).eval()
        for number, name in enumerate(DOMAINS):
            inside, outside = held_out_domain(data, domain=name, seed=0)
            for split, part in (("in", inside), ("out", outside)):
                with torch.no_grad():
                    right = (module(part.x).argmax(1) == part.labels).double()
                line[f"env{number}_{split}_acc"] = right.mean().item()
        lines.append(line)
    return lines


def record_selection(lines, test_env, protocol):
    """DomainBed's model_selection: (validation accuracy, test accuracy) of every trial and step."""
    found = []
    for trial, step in CELLS:
        same = [line for line in lines if (line["hparams_seed"], line["step"]) == (trial, step)]
        (own,) = [line for line in same if line["test_envs"] == [test_env]]
        others = [number for number in range(len(DOMAINS)) if number != test_env]
        if protocol == "training-domain":
            validation = np.mean([own[f"env{number}_out_acc"] for number in others])
        elif protocol == "leave-one-domain-out":
            folds = {n: line for n in others for line in same if line["test_envs"] == sorted([n, test_env])}
            validation = sum(folds[number][f"env{number}_in_acc"] for number in others) / len(others)
        elif step == STEPS[-1]:  # the oracle reads the last step alone
            validation = own[f"env{test_env}_out_acc"]
        else:
            continue
        found.append((validation, own[f"env{test_env}_in_acc"]))
    return found


def operator_selection(data, models, test_domain, protocol):
    """The same by operators: candidates are tables on the test domain, criteria are gathered."""
    own = frozenset({test_domain})
    others = [name for name in DOMAINS if name != test_domain]
    unseen = held_out_domain(data, domain=test_domain, seed=0)
    select = training_domains(data, without={test_domain}, seed=0).select
    cells = [(t, s) for t, s in CELLS if protocol != "oracle" or s == STEPS[-1]]
    candidates, criterion = [], []
    for trial, step in cells:
        model = models[own, trial, step]
        candidates.append(classification(model, unseen.test).table)
        if protocol == "training-domain":
            value = classification(model, select).table.scalar("mean_group_accuracy")
        elif protocol == "oracle":
            value = classification(model, unseen.oracle).table.scalar("accuracy")
        else:
            folds = [
                classification(
                    models[own | {name}, trial, step], validation_domain(data, domain=name, seed=0)
                )
                for name in others
            ]
            value = mean([Scalar(fold.table.scalar("accuracy")) for fold in folds]).scalar("mean")
        criterion.append(Scalar(value))
    return best(candidates, criterion)


@pytest.mark.parametrize("protocol", ["training-domain", "leave-one-domain-out", "oracle"])
@pytest.mark.parametrize("test_domain", DOMAINS)
def test_operators_select_what_domainbed_selects(data, models, test_domain, protocol):
    found = record_selection(records(data, models), DOMAINS.index(test_domain), protocol)
    highest = max(validation for validation, _ in found)
    chosen = operator_selection(data, models, test_domain, protocol)
    assert chosen.choice.scalar("criterion") == pytest.approx(highest, abs=1e-12)
    first = next(number for number, (value, _) in enumerate(found) if value >= highest - 1e-12)
    assert chosen.choice.scalar("index") == first
    assert chosen.best.scalar("accuracy") == pytest.approx(found[first][1], abs=1e-12)


def test_the_protocols_do_not_always_agree(data, models):
    lines = records(data, models)
    accuracies = {
        protocol: [max(record_selection(lines, number, protocol))[1] for number in range(len(DOMAINS))]
        for protocol in ("training-domain", "leave-one-domain-out", "oracle")
    }
    assert len({tuple(row) for row in accuracies.values()}) > 1
