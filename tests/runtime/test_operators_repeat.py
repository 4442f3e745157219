"""Every operator: the same arguments give the same bytes.

Ports are given small artifacts of their kind, and a checkpoint that keeps nothing. Where that is not
enough, the operator's own test module has a function `tiny(tmp_path, hub)` that returns arguments by name.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from heldout.runtime.artifacts import Artifact, Scalar, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.lookup import ROOT, find, named_files
from heldout.runtime.machine.catalog.signature import operator_signature
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.evaluate.classification import classification
from tests.fixtures.written import written

FILES = {name: path for name, path in named_files() if "operators" in path.relative_to(ROOT).parts}


@pytest.fixture(scope="module")
def artifacts():
    """One small artifact a kind, by the kind's name."""
    data = rotated_digits(angles=[0, 30]).take(range(0, 1797, 30))
    model = classifier_model(build_classifier("linear", (1, 8, 8), 10, seed=0))
    predictions = classification(model, data).predictions
    table = Table.of({"accuracy": 0.5})
    known = {"Dataset": data, "Model": model, "Predictions": predictions, "Table": table}
    known["Graph"] = contextual_block_model(num_nodes=24, degree=3)
    return known | {"Scalar": Scalar(0.5), "Artifact": table}


def own_arguments(name, tmp_path, hub):
    file = FILES[name].relative_to(ROOT)
    path = Path(__file__).parent / file.with_name(f"test_{file.name}")
    if not path.is_file():
        return {}
    spec = importlib.util.spec_from_file_location(f"tiny_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.tiny(tmp_path, hub) if hasattr(module, "tiny") else {}


def saved(outputs, folder):
    """The bytes of all outputs, by port and file."""
    found = {}
    for port, artifact in enumerate([outputs] if isinstance(outputs, Artifact) else outputs):
        (folder / str(port)).mkdir(parents=True)
        artifact.save(folder / str(port))
        for file in sorted((folder / str(port)).rglob("*")):
            if file.is_file():
                found[port, file.relative_to(folder / str(port)).as_posix()] = file.read_bytes()
    return found


@pytest.mark.parametrize("name", sorted(FILES))
def test_same_arguments_same_bytes(name, artifacts, tmp_path, hub):
    function = find(name)
    (tmp_path / "given").mkdir()
    own = own_arguments(name, tmp_path / "given", hub)
    ports = {
        port.name: [artifacts[port.kind.__name__]] * 2 if port.gathered else artifacts[port.kind.__name__]
        for port in operator_signature(function).ports
        if not port.optional and port.name not in own
    }
    arguments = ports | own
    runs = []
    for run in (1, 2):
        if (checkpoint := operator_signature(function).checkpoint) is not None:
            arguments[checkpoint] = Checkpoint()
        # Streams that an operator must not read stand elsewhere in the second run.
        torch.manual_seed(run)
        np.random.seed(run)
        runs.append(saved(written(function)(**arguments), tmp_path / f"run{run}"))
    assert runs[0]
    assert runs[0] == runs[1]
