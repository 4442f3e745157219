"""Trials a minute of one `heldout run`, against a process for each of the same trials."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.emitting import WORKFLOW, emit_study
from benchmarks.heldout_run import CORES, HeldoutRun, heldout_run, report_seconds
from benchmarks.processes import measure, measure_all
from benchmarks.studies import Sweep, sweep_study, write_study
from benchmarks.trials import TRIALS

DIGITS, LARGE = "data/rotated-digits", "large-digits/large-digits"
MLP = Sweep("MLP", DIGITS, 6, "{mlp: {width: 128, depth: 2}}", steps=200, batch_size=32, seconds=0.2)
# DomainBed's MNIST_CNN and the smallest batch that its search draws.
CNN = Sweep("MNIST CNN", LARGE, 3, "{conv: {width: 64}}", steps=20, batch_size=8, seconds=1.0)
VIT_SIZES = "{patch_size: 2, width: 64, depth: 2, heads: 4}"
TRANSFORMER = Sweep("transformer", DIGITS, 6, f"{{vit: {VIT_SIZES}}}", steps=100, batch_size=8, seconds=1.5)


class Counts(NamedTuple):
    """How many trials: of the search times seeds for heldout, and in each round of the peers."""

    trials: int
    seeds: int
    peers: int


SWEEPS = {MLP: Counts(200, 5, 4), CNN: Counts(24, 5, 4), TRANSFORMER: Counts(24, 5, 4)}
QUICK = {CNN._replace(steps=2, network="{conv: {width: 2}}"): Counts(2, 1, 1)}
STACKS = (None, "auto")  # as `resources: {stack: …}`


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row a sweep and way of training.

    The peers run in rounds before, between and after heldout's runs, so that what else runs meets
    both, and as many at once as heldout has cores. `ratio` compares trials a minute of whole runs:
    compiling, Snakemake, jobs and the report, against the whole processes of the peers.
    `largest_difference` is that of losses and accuracies of the trials that both have computed.
    """
    for sweep, counts in (QUICK if quick else SWEEPS).items():
        with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
            yield from _rows(Path(name), sweep, counts)


def _rows(folder: Path, sweep: Sweep, counts: Counts) -> list[dict[str, Any]]:
    rounds = len(STACKS) + 1
    write_study(folder, sweep_study(sweep, counts.trials, counts.seeds, None))
    emit_study(folder)
    count = str(counts.peers * rounds)
    names = measure(["-m", "benchmarks.trials", "write", str(WORKFLOW), count], folder).json()
    peer_seconds = [_peers(folder, names[0::rounds])]
    runs = []
    for number, stack in enumerate(STACKS, start=1):
        spec = write_study(folder / str(stack), sweep_study(sweep, counts.trials, counts.seeds, stack))
        runs.append(heldout_run(spec, spec.parent))
        peer_seconds.append(_peers(folder, names[number::rounds]))
    per_minute = 60 * len(names) / sum(peer_seconds)
    said = [json.loads((folder / TRIALS / f"{name}.result").read_text()) for name in names]
    training = sum(one["training_seconds"] for one in said) / len(said)
    peers = {
        "peers": len(names),
        "peers_per_minute": per_minute,
        "seconds_per_peer": 60 * CORES / per_minute,
        "of_which_training": training,
    }
    models = counts.trials * counts.seeds
    return [
        {"sweep": sweep.name, "steps": sweep.steps, "stack": stack or "never"}
        | peers
        | _ours(run, models, per_minute)
        | measure(["-m", "benchmarks.trials", "compare", str(run.store)], folder).json()
        for stack, run in zip(STACKS, runs, strict=True)
    ]


def _peers(folder: Path, names: list[str]) -> float:
    """Run one round of trials, each in a process of its own; the seconds that it took."""
    script = ["-m", "benchmarks.peer_trial"]
    trials = [[*script, *(str(TRIALS / f"{n}.{end}") for end in ("json", "result"))] for n in names]
    return measure_all(trials, folder, CORES)


def _ours(run: HeldoutRun, models: int, peers_per_minute: float) -> dict[str, Any]:
    seconds, report = run.process.seconds, report_seconds(run.workflow)
    per_minute = 60 * models / seconds
    without_report = 60 * models / (seconds - report)
    return {
        "trials": models,
        "computed": run.computed,
        "seconds": seconds,
        "report_seconds": report,
        "per_minute": per_minute,
        "per_minute_without_report": without_report,
        "ratio": per_minute / peers_per_minute,
        "ratio_without_report": without_report / peers_per_minute,
    }
