import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.models.encoder_decoder import build_encoder_decoder, encoder_decoder_model

VOCABULARY = ["<pad>", "<eos>", "<mask>", "a", "b", "c", "d"]


@pytest.fixture(scope="session")
def base():
    """A small T5, untrained."""
    module = build_encoder_decoder(VOCABULARY, width=16, depth=1, heads=2, seed=0)
    return encoder_decoder_model(module, {"vocabulary": VOCABULARY})


def task(letter, name):
    """Four prompts of different letters and lengths, all answered by the same letter."""
    tokens = torch.zeros(4, 5, dtype=torch.long)
    answer = torch.zeros(4, 5, dtype=torch.bool)
    for row, prompt in enumerate(([3, 4], [4, 5], [5], [6, 3, 4])):
        end = len(prompt)
        tokens[row, : end + 2] = torch.tensor([*prompt, letter, 1])
        answer[row, end : end + 2] = True
    rows = {"id": [f"{name}-{i}" for i in range(4)], "task": [name] * 4, "text": ["…"] * 4}
    return Dataset(pa.table(rows), {"tokens": tokens, "answer": answer}, notes={"vocabulary": VOCABULARY})


@pytest.fixture(scope="session")
def says_a():
    return task(3, "says-a")


@pytest.fixture(scope="session")
def says_b():
    return task(4, "says-b")
