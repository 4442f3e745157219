import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.language.sequence_pairs import mean_loss, sequence_pairs
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.operators.train.sequence_to_sequence import sequence_to_sequence

VOCABULARY = ["<pad>", "<eos>", "<mask>", "a", "b", "c", "d"]


def doubled(vocabulary=VOCABULARY, answer=True):
    """`x -> x x` for each of four letters."""
    tokens = torch.tensor([[x, x, x, 1] for x in range(3, 7)])
    tensors = {"tokens": tokens}
    if answer:
        tensors["answer"] = torch.tensor([[False, True, True, True]] * 4)
    return Dataset(pa.table({"id": list("abcd")}), tensors, notes={"vocabulary": list(vocabulary)})


def train(data, start=None, **more):
    settings = {"width": 16, "depth": 1, "heads": 2, "batch_size": 8, "learning_rate": 0.01} | more
    return sequence_to_sequence(data, start, checkpoint=Checkpoint(), **settings)


def loss(model, data):
    with torch.no_grad():
        return mean_loss(restore_encoder_decoder(model), sequence_pairs(data)).item()


def tiny(tmp_path, hub):
    return {"data": doubled(), "width": 16, "depth": 1, "heads": 2, "steps": 3, "batch_size": 4}


def test_answers_are_learnt():
    trained = train(doubled(), steps=150)
    assert loss(trained.model, doubled()) < 0.1
    assert trained.model.config == {"vocabulary": VOCABULARY}
    values = trained.curve.rows["value"].to_pylist()
    assert trained.curve.rows["step"].to_pylist() == [0, 50, 100, 149]
    assert values[-1] < 0.1 * values[0]


def test_training_goes_on_from_a_model():
    start = train(doubled(), steps=40).model
    # At a learning rate of next to nothing one step leaves the weights where they were.
    same = train(doubled(), start, steps=1, learning_rate=1e-12, width=32).model
    assert loss(same, doubled()) == pytest.approx(loss(start, doubled()), abs=1e-5)


def test_sequences_without_answers_are_restored_from_hidden_tokens():
    data = doubled(answer=False)
    trained = train(data, steps=150, corruption=0.3)
    module = restore_encoder_decoder(trained.model)
    pairs = sequence_pairs(data)
    hidden = pairs._replace(inputs=torch.tensor([[x, 2, x, 1] for x in range(3, 7)]))
    with torch.no_grad():
        assert mean_loss(module, hidden).item() < 0.2


def test_another_vocabulary_and_a_missing_mask_are_refused():
    start = train(doubled(), steps=1).model
    with pytest.raises(ValueError, match="not the one that the model was trained with"):
        train(doubled([*VOCABULARY, "e"]), start, steps=1)
    with pytest.raises(ValueError, match="needs <mask>"):
        train(doubled([*VOCABULARY[:2], "x", *VOCABULARY[3:]], answer=False), steps=1)
