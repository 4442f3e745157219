from dataclasses import dataclass

import numpy as np
import torch

from heldout.runtime.artifacts import Artifact, Model, Scalar
from heldout.runtime.artifacts.parts import memory_of, parts, tensors


class Plain(Artifact):
    """An artifact whose class is none of dataclasses."""

    def __init__(self, **values):
        vars(self).update(values)

    def save(self, folder): ...

    @classmethod
    def load(cls, folder): ...


@dataclass
class Point:
    x: torch.Tensor


def test_parts_of_dataclasses_and_of_other_classes():
    model = Model({}, {"a": 1})
    assert parts(model) == {"weights": {}, "config": {"a": 1}, "files": {}, "base": None}
    assert parts(Plain(text="a")) == {"text": "a"}
    assert parts(Scalar(1.0)) == {}
    assert parts({"a": 1}) is None


def test_tensors_are_found_however_deep():
    a, b, c, d = (torch.full((1,), float(value)) for value in range(4))
    artifact = Plain(one=a, more=[b, {"c": (c,)}], point=Point(d), text="x", number=3)
    assert list(tensors(artifact)) == [a, b, c, d]


def test_memory_by_hand():
    # 4 floats of 4 bytes, 2 of 8, a text of 3 and 5 bytes; numbers count nothing.
    artifact = Plain(a=torch.zeros(4), more=[np.zeros(2), "abc"], point=Point(b"12345"), number=3)
    assert memory_of(artifact) == 16 + 16 + 3 + 5
