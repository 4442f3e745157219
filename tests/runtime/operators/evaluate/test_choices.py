import hashlib
import json
import math

import numpy as np
import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.operators.evaluate.choices import choices
from tests.fixtures.questions import ASKED, CHOICES, LABELS, with_choices
from tests.fixtures.tiny_llama import WORDS, tiny_llama
from tests.fixtures.written import written

choices = written(choices)


def tiny(tmp_path, hub):
    return {"model": tiny_llama(), "data": with_choices(), "examples": with_choices(name="train"), "shots": 1}


def by_hand(prompt: str, choice: str) -> list[float]:
    """The log-probability of each word of a choice: log-softmax of all logits of transformers, one row."""
    from transformers import LlamaConfig, LlamaForCausalLM

    model = tiny_llama()
    network = LlamaForCausalLM(LlamaConfig.from_dict(json.loads(model.files["config.json"]))).eval()
    network.load_state_dict(dict(model.weights))
    ids = [1, *(WORDS.index(word) for word in f"{prompt} {choice}".split())]
    with torch.no_grad():
        said = network(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    count = len(choice.split())
    return [float(said[place - 1, ids[place]]) for place in range(len(ids) - count, len(ids))]


def records(scored):
    return scored.records.rows.to_pylist()


def test_scores_are_those_of_the_whole_logits_by_hand():
    scored = choices(tiny_llama(), with_choices())
    metrics = {name: scored.table.scalar(name) for name in scored.table.rows["metric"].to_pylist()}
    right: dict[str, list[float]] = {}
    for row, asked, offered, label in zip(records(scored), ASKED, CHOICES, LABELS, strict=True):
        each = [by_hand(asked, choice) for choice in offered]
        alone = [by_hand("Answer :", choice) for choice in offered]
        total = np.array([sum(one) for one in each])
        assert row["log_probabilities"] == pytest.approx(total, abs=1e-5)
        assert row["unconditional"] == pytest.approx([sum(one) for one in alone], abs=1e-5)
        assert row["choice_tokens"] == [len(one) for one in each]
        assert row["prompt_sha256"] == hashlib.sha256(asked.encode()).hexdigest()
        forms = {
            "accuracy": total,
            "accuracy_per_token": [np.mean(one) for one in each],
            "accuracy_per_byte": [sum(a) / len(b) for a, b in zip(each, offered, strict=True)],
            "accuracy_unconditional": [sum(a) - sum(b) for a, b in zip(each, alone, strict=True)],
        }
        for name, values in forms.items():
            assert row[name] == float(int(np.argmax(values)) == label), name
            right.setdefault(name, []).append(row[name])
        share = math.exp(total[label]) / sum(math.exp(one) for one in total)
        assert row["nll"] == pytest.approx(-math.log(share), abs=1e-4)
        right.setdefault("nll", []).append(row["nll"])
    assert metrics == pytest.approx({name: np.mean(v) for name, v in right.items()} | {"shortened": 0.0})


def test_each_domain_has_its_mean():
    scored = choices(tiny_llama(), with_choices())
    found = {(row["group"], row["metric"]): row["value"] for row in scored.by_domain.rows.to_pylist()}
    rows = records(scored)
    for domain, places in (("grass", (0, 2)), ("sky", (1, 3))):
        for metric in ("accuracy", "nll"):
            assert found[domain, metric] == np.mean([rows[place][metric] for place in places])
    assert len(found) == 2 * 5


@pytest.mark.parametrize("batch_tokens", [1, 40, 100])
def test_batches_change_nothing_beyond_rounding(batch_tokens):
    whole = records(choices(tiny_llama(), with_choices()))
    for one, other in zip(
        records(choices(tiny_llama(), with_choices(), batch_tokens=batch_tokens)), whole, strict=True
    ):
        assert one["log_probabilities"] == pytest.approx(other["log_probabilities"], abs=1e-5)


def test_shots_come_from_the_examples_and_are_read():
    train = with_choices(name="train").take([1])
    one = {"model": tiny_llama(), "data": with_choices().take([0])}
    (row,) = records(choices(**one, examples=train, shots=1, separator=" "))
    asked = f"{ASKED[1]} light blue {ASKED[0]}"
    assert row["prompt_sha256"] == hashlib.sha256(asked.encode()).hexdigest()
    assert row["log_probabilities"] == pytest.approx(
        [sum(by_hand(asked, choice)) for choice in CHOICES[0]], abs=1e-5
    )


def test_letters_are_scored_in_one_reading():
    asked = "what is the sky ? A . light blue B . red"
    template = "{question}\n{choices}"
    (row,) = records(choices(tiny_llama(), with_choices().take([1]), template=template, answers="letter"))
    assert row["choice_tokens"] == [1, 1]
    assert row["log_probabilities"] == pytest.approx(
        [by_hand(asked, "A")[0], by_hand(asked, "B")[0]], abs=1e-5
    )


def test_a_chat_is_written_by_the_models_template():
    (row,) = records(choices(tiny_llama(), with_choices().take([1]), chat=True))
    text = f"<s><user> {ASKED[1]} <model>"
    assert row["prompt_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert row["log_probabilities"] == pytest.approx(
        [sum(by_hand(f"<user> {ASKED[1]} <model>", choice)) for choice in CHOICES[1]], abs=1e-5
    )


def test_prompts_that_are_too_long_lose_their_beginning_and_are_counted():
    scored = choices(tiny_llama(context=8), with_choices())
    # With <s> 8 words and 1 of the first choice's two are one too many; so it is with all that follow 8.
    assert [row["shortened"] for row in records(scored)] == [1.0, 0.0, 0.0, 0.0]
    assert scored.table.scalar("shortened") == 0.25


def test_a_network_of_this_project_is_scored_with_a_tokenizer_beside_it():
    network = {"decoder": {"width": 16, "depth": 1, "heads": 2, "positions": "rotary"}}
    own = language_model_artifact(build_language_model(network, len(WORDS), 0), network, len(WORDS))
    scored = choices(own, with_choices(), tokenizer=tiny_llama())
    module = build_language_model(network, len(WORDS), 0).eval()
    ids = torch.tensor([[1, *(WORDS.index(word) for word in f"{ASKED[0]} green".split())]])
    expected = module(ids).detach().log_softmax(-1)[0, -2, ids[0, -1]]
    assert records(scored)[0]["log_probabilities"][0] == pytest.approx(float(expected), abs=1e-5)


def test_reads_in_bfloat16():
    whole, half = (
        records(choices(tiny_llama(), with_choices(), precision=p)) for p in ("float32", "bfloat16")
    )
    assert half[0]["log_probabilities"] != whole[0]["log_probabilities"]
    assert half[0]["log_probabilities"] == pytest.approx(whole[0]["log_probabilities"], rel=0.2)


def test_says_what_is_wrong():
    data = with_choices()
    with pytest.raises(ValueError, match="there are no questions"):
        choices(tiny_llama(), data.take([]))
    with pytest.raises(ValueError, match="no column `choices`"):
        choices(tiny_llama(), type(data)(data.rows.drop_columns(["choices"]), classes=data.classes))
    with pytest.raises(ValueError, match=r"has no tokenizer\.json"):
        choices(Model(tiny_llama().weights, {}, {}), data)
    with pytest.raises(ValueError, match="the template names 'colour'"):
        choices(tiny_llama(), data, template="{colour}")
    with pytest.raises(ValueError, match="2 shots need `examples`"):
        choices(tiny_llama(), data, shots=2)
    with pytest.raises(ValueError, match="5 shots need as many examples; there are 4"):
        choices(tiny_llama(), data, with_choices(name="t"), shots=5)
    with pytest.raises(ValueError, match="3 shots need as many examples of domain 'grass'; there are 2"):
        choices(tiny_llama(), data, with_choices(name="t"), shots=3, same_domain=True)
