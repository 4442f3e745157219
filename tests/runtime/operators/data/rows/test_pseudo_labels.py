import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.rows.pseudo_labels import pseudo_labels
from heldout.runtime.operators.train.classifier import classifier
from tests.fixtures.written import written

classifier = written(classifier)


@pytest.fixture
def unlabelled():
    x = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    return Dataset(pa.table({"id": [str(i) for i in range(9)]}), {"x": x}, ("a", "b", "c"))


@pytest.fixture
def module():
    return build_classifier({"mlp": {"width": 8}}, (4,), 3, seed=1)


def test_labels_are_what_the_model_finds_most_probable(module, unlabelled):
    labelled = pseudo_labels(classifier_model(module), unlabelled, batch_size=4)
    with torch.no_grad():
        expected = module.eval()(unlabelled.x).softmax(1)
    assert torch.allclose(labelled.tensors["targets"], expected)
    assert labelled.labels.tolist() == expected.argmax(1).tolist()
    assert labelled.rows["id"].to_pylist() == unlabelled.rows["id"].to_pylist()


def test_a_student_comes_to_agree_with_its_teacher(module, unlabelled):
    labelled = pseudo_labels(classifier_model(module), unlabelled)
    settings = {"network": {"mlp": {"width": 32}}, "steps": 400, "learning_rate": 0.01, "seed": 2}
    student = classifier(labelled, objective="soft-labels", checkpoint=Checkpoint(), **settings)
    learnt = pseudo_labels(student.model, unlabelled).tensors["targets"]
    assert (learnt - labelled.tensors["targets"]).abs().max() < 0.05


def test_another_task_is_refused(module, unlabelled):
    fewer = Dataset(unlabelled.rows, unlabelled.tensors, ("a", "b"))
    with pytest.raises(ValueError, match="knows 3 classes, the data 2"):
        pseudo_labels(classifier_model(module), fewer)
    wider = Dataset(unlabelled.rows, {"x": torch.zeros(9, 5)}, unlabelled.classes)
    with pytest.raises(ValueError, match=r"inputs of shape \[4\], the data have \[5\]"):
        pseudo_labels(classifier_model(module), wider)
