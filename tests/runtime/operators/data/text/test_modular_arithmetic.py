import numpy as np
import pytest
import torch

from heldout.runtime.operators.data.text.modular_arithmetic import modular_arithmetic


def table(operation, modulus):
    rows = modular_arithmetic(modulus=modulus, operation=operation).rows.to_pylist()
    return {(row["left"], row["right"]): row["label"] for row in rows}


def test_addition_modulo_3_by_hand():
    data = modular_arithmetic(modulus=3)
    assert data.rows["text"].to_pylist() == [
        "0 + 0 = 0", "0 + 1 = 1", "0 + 2 = 2",
        "1 + 0 = 1", "1 + 1 = 2", "1 + 2 = 0",
        "2 + 0 = 2", "2 + 1 = 0", "2 + 2 = 1",
    ]  # fmt: skip
    assert data.rows["id"].to_pylist()[5] == "1+2"
    assert data.x[5].tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert data.tensors["tokens"][5].tolist() == [2, 3]
    assert [data.notes["vocabulary"][token] for token in (2, 3)] == ["1", "2"]
    assert data.classes == ("0", "1", "2")


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("subtraction", (2 - 4) % 5), ("multiplication", 2 * 4 % 5), ("division", 3)],  # 3 * 4 = 12 = 2 mod 5
)
def test_other_operations(operation, expected):
    assert table(operation, 5)[2, 4] == expected


def test_division_undoes_multiplication_and_leaves_zero_out():
    quotients = table("division", 7)
    assert len(quotients) == 7 * 6
    assert all(quotient * right % 7 == left for (left, right), quotient in quotients.items())


def test_every_residue_is_the_answer_equally_often():
    labels = modular_arithmetic(modulus=11).labels
    assert torch.bincount(labels).tolist() == [11] * 11
    assert np.unique(modular_arithmetic(modulus=11).rows["id"].to_pylist()).size == 121


def test_division_needs_a_prime():
    with pytest.raises(ValueError, match="division needs a prime modulus, 6 is none"):
        modular_arithmetic(modulus=6, operation="division")
