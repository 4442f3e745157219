import hashlib
import multiprocessing
import time

import pytest
import torch

from heldout.runtime.artifacts import Model, Table


def task_of(number):
    return hashlib.sha256(f"task {number}".encode()).hexdigest()


def record_of(number):
    return {
        "operator": "toy/number",
        "digest": "sha256:" + "0" * 64,
        "components": {},
        "parameters": {"number": number},
        "inputs": {},
        "seconds": 0.5,
        "finished": time.time(),
        "environment": {"level": "bitwise"},
    }


def outputs_of(number):
    """A table; of every tenth also 1.2 MB of weights, which is too large for a pack."""
    outputs = {"table": Table.of({"number": number})}
    if number % 10 == 0:
        outputs["model"] = Model({"w": torch.full((300_000,), float(number))}, {"number": number})
    return outputs


class Numbers:
    """Tasks called by a number, with results that follow from it."""

    task = staticmethod(task_of)
    record = staticmethod(record_of)
    outputs = staticmethod(outputs_of)

    @staticmethod
    def put(store, number):
        return store.put(task_of(number), record_of(number), outputs_of(number))

    @staticmethod
    def value(store, number):
        return store.load(task_of(number), "table", "Table").scalar("number")


@pytest.fixture
def numbers():
    return Numbers


@pytest.fixture
def fork():
    """Start a function in a forked process."""
    context = multiprocessing.get_context("fork")

    def start(function, *arguments):
        process = context.Process(target=function, args=arguments)
        process.start()
        return process

    return start
