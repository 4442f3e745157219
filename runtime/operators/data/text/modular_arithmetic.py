"""All pairs of residues and what an operation makes of them."""

from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import operator
from heldout.runtime.subtype import Of

Operation = Literal["addition", "subtraction", "multiplication", "division"]

SIGNS: dict[Operation, str] = {"addition": "+", "subtraction": "-", "multiplication": "*", "division": "/"}


@operator(seconds=0.02)
def modular_arithmetic(
    *,
    modulus: Annotated[int, Field(ge=2, le=512)] = 97,
    operation: Operation = "addition",
) -> Annotated[Dataset, Of("sums")]:
    """The table of an operation modulo a number, one row a cell, to be split by `data/random-split`.

    Power et al. 2022, "Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets"
    (arXiv:2201.02177), appendix A.1.1: binary operations on residues.
    Differs from the paper: the operands are given as one-hot vectors without tokens for the operation
    and for equality, as later work with multilayer perceptrons does.

    Args:
        modulus: p, the number of residues; each is a class. For division it must be prime.
        operation: on the left and the right operand.

    Returns:
        p^2 rows (p (p - 1) for division, by non-zero residues), by left and then right operand: `id`
        (`3+4`), `text` (`3 + 4 = 2`), `left`, `right` and `label`. Tensors `x`, [rows, 2, p] float32,
        the two operands one-hot; `tokens`, [rows, 2] int64, the operands counted from 1 (0 pads).

    Raises:
        ValueError: division modulo a number that is not prime.
    """
    if operation == "division" and any(modulus % factor == 0 for factor in range(2, modulus)):
        raise ValueError(f"division needs a prime modulus, {modulus} is none")
    left, right = (side.ravel() for side in np.indices((modulus, modulus)))
    if operation == "division":
        left, right = left[right > 0], right[right > 0]
    result = _results(operation, left, right, modulus)
    sign = SIGNS[operation]
    pairs = list(zip(left.tolist(), right.tolist(), result.tolist(), strict=True))
    rows = pa.table(
        {
            "id": pa.array([f"{a}{sign}{b}" for a, b, _ in pairs]),
            "text": pa.array([f"{a} {sign} {b} = {c}" for a, b, c in pairs]),
            "left": pa.array(left),
            "right": pa.array(right),
            "label": pa.array(result),
        }
    )
    operands = torch.from_numpy(np.stack([left, right], axis=1))
    one_hot = torch.nn.functional.one_hot(operands, modulus).float()
    residues = tuple(str(residue) for residue in range(modulus))
    return Dataset(
        rows,
        tensors={"x": one_hot, "tokens": operands + 1},
        classes=residues,
        notes={"modulus": modulus, "operation": operation, "vocabulary": ["<pad>", *residues]},
    )


def _results(operation: Operation, left: np.ndarray, right: np.ndarray, modulus: int) -> np.ndarray:
    result: np.ndarray
    match operation:
        case "addition":
            result = left + right
        case "subtraction":
            result = left - right
        case "multiplication":
            result = left * right
        case "division":
            inverse = np.array([0] + [pow(residue, -1, modulus) for residue in range(1, modulus)])
            result = left * inverse[right]
    return result % modulus
