"""DomainBed's three protocols of model selection: which trial and checkpoint is tested."""

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import NamedTuple

from heldout.runtime.machine.domainbed.records import Record


class Choice(NamedTuple):
    """A checkpoint: what it was chosen by, and its accuracy on the held-out environment."""

    criterion: float
    accuracy: float


def alone(records: Iterable[Record]) -> list[Record]:
    """The records of runs that held out one environment, by step."""
    return sorted((r for r in records if len(r.test_envs) == 1), key=lambda r: r.step)


def best(choices: Sequence[Choice]) -> Choice | None:
    """The greatest criterion; of equal ones the first."""
    return max(choices, key=lambda choice: choice.criterion, default=None)


def training_domain(records: Sequence[Record], held_out: int) -> Choice | None:
    """The checkpoint with the best mean accuracy on the holdout parts of the training environments."""
    return best(
        [
            Choice(
                fmean(value for env, value in enumerate(r.out_accuracy) if env != held_out),
                r.in_accuracy[held_out],
            )
            for r in alone(records)
        ]
    )


def leave_one_domain_out(records: Sequence[Record], held_out: int) -> Choice | None:
    """The step whose runs do best on a second environment that they held out, averaged over it.

    None where no step has a run for every other environment.
    """
    choices = []
    for tested in alone(records):
        beside = {
            next(env for env in r.test_envs if env != held_out): r
            for r in records
            if len(r.test_envs) == 2 and r.step == tested.step
        }
        others = [env for env in range(len(tested.in_accuracy)) if env != held_out]
        if all(env in beside for env in others):
            criterion = fmean(beside[env].in_accuracy[env] for env in others)
            choices.append(Choice(criterion, tested.in_accuracy[held_out]))
    return best(choices)


def oracle(records: Sequence[Record], held_out: int) -> Choice | None:
    """The last checkpoint, judged by the holdout part of the held-out environment itself."""
    return next(
        (Choice(r.out_accuracy[held_out], r.in_accuracy[held_out]) for r in reversed(alone(records))), None
    )


PROTOCOLS: dict[str, Callable[[Sequence[Record], int], Choice | None]] = {
    "training-domain": training_domain,
    "leave-one-domain-out": leave_one_domain_out,
    "oracle": oracle,
}


def selected_accuracy(records: Sequence[Record], held_out: int, protocol: str) -> float | None:
    """The accuracy on the held-out environment of what a protocol chooses among a search's trials.

    Gulrajani & Lopez-Paz 2021 (arXiv:2007.01434), section 3.
    Differs from the paper: of trials that are equally good, the one with the smallest seed of
    hyper-parameters (DomainBed: in the order of the file system).

    Args:
        records: of one data set, algorithm and trial seed, all runs that held out `held_out`.
    """
    by_trial: dict[int, list[Record]] = {}
    for record in records:
        by_trial.setdefault(record.hparams_seed, []).append(record)
    choices = [PROTOCOLS[protocol](by_trial[seed], held_out) for seed in sorted(by_trial)]
    found = best([choice for choice in choices if choice is not None])
    return None if found is None else found.accuracy
