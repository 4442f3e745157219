import hashlib
import json

import numpy as np
import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.operators.evaluate.generate import generate
from tests.fixtures.questions import ASKED, with_choices, with_free_answers
from tests.fixtures.tiny_llama import WORDS, tiny_llama
from tests.fixtures.written import written

generate = written(generate)


def tiny(tmp_path, hub):
    return {"model": tiny_llama(), "data": with_free_answers(), "temperature": 1.0, "most_tokens": 5}


def network(model: Model):
    from transformers import LlamaConfig, LlamaForCausalLM

    made = LlamaForCausalLM(LlamaConfig.from_dict(json.loads(model.files["config.json"]))).eval()
    made.load_state_dict(dict(model.weights))
    return made


def ids(text: str) -> list[int]:
    return [1, *(WORDS.index(word) for word in text.split())]


def records(generated):
    return generated.records.rows.to_pylist()


def written(tokens):
    return " ".join(
        WORDS[token] for token in tokens if WORDS[token] not in ("<s>", "</s>", "<user>", "<model>")
    )


def test_greedy_is_what_transformers_generates_and_likely_as_its_logits_say():
    module = network(tiny_llama())
    made = generate(tiny_llama(), with_free_answers(), most_tokens=12)
    for row, asked in zip(records(made), ASKED, strict=True):
        prompt = torch.tensor([ids(asked)])
        with torch.no_grad():
            whole = module.generate(prompt, max_new_tokens=12, do_sample=False, pad_token_id=2)
            said = module(whole).logits[0].double().log_softmax(-1)
        new = whole[0, prompt.shape[1] :].tolist()
        ended = "end" if new[-1] == 2 else "length"
        expected = sum(float(said[prompt.shape[1] - 1 + n, token]) for n, token in enumerate(new))
        assert (row["text"], row["ended"], row["tokens"]) == (written(new), ended, len(new))
        assert row["log_probability"] == pytest.approx(expected, abs=1e-4)
        assert row["prompt_sha256"] == hashlib.sha256(asked.encode()).hexdigest()
    rows = records(made)
    assert made.table.scalar("tokens") == np.mean([row["tokens"] for row in rows])
    assert made.table.scalar("unfinished") == np.mean([row["ended"] == "length" for row in rows])
    assert rows[0]["domain"] == "grass"


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_batches_and_other_rows_change_no_text(temperature):
    data = with_choices(copies=2)
    about = {"most_tokens": 10, "temperature": temperature, "seed": 3}
    whole = records(generate(tiny_llama(), data, **about))
    alone = records(generate(tiny_llama(), data, **about, batch_tokens=1))
    half = records(generate(tiny_llama(), data.take([5, 2]), **about))
    for one, other in zip(whole, alone, strict=True):
        assert (one["text"], one["tokens"]) == (other["text"], other["tokens"])
        assert one["log_probability"] == pytest.approx(other["log_probability"], abs=1e-4)
    assert [row["text"] for row in half] == [whole[5]["text"], whole[2]["text"]]


def test_draws_follow_the_models_probabilities():
    # 400 first tokens of one prompt: each is as frequent as the model finds it likely.
    data = with_free_answers().take([0] * 400)
    rows = data.rows.set_column(0, "id", [[f"r{n}" for n in range(400)]])
    drawn = records(
        generate(
            tiny_llama(ends=False), type(data)(rows, classes=data.classes), most_tokens=1, temperature=2.0
        )
    )
    with torch.no_grad():
        odds = (
            network(tiny_llama(ends=False))(torch.tensor([ids(ASKED[0])])).logits[0, -1].double() / 2
        ).softmax(-1)
    for token in odds.argsort(descending=True)[:5].tolist():
        if WORDS[token].startswith("<"):
            continue
        share = np.mean([row["text"] == WORDS[token] for row in drawn])
        chance = float(odds[token])
        assert abs(share - chance) < 4 * (chance * (1 - chance) / 400) ** 0.5


def test_top_k_and_top_p_of_almost_nothing_are_greedy():
    greedy = records(generate(tiny_llama(), with_free_answers(), most_tokens=8))
    for narrow in ({"top_k": 1}, {"top_p": 1e-6}):
        drawn = records(generate(tiny_llama(), with_free_answers(), most_tokens=8, temperature=5.0, **narrow))
        assert [row["text"] for row in drawn] == [row["text"] for row in greedy]


def test_seeds_draw_other_texts():
    texts = [
        [
            row["text"]
            for row in records(
                generate(tiny_llama(), with_free_answers(), temperature=2.0, most_tokens=8, seed=s)
            )
        ]
        for s in (0, 1)
    ]
    assert texts[0] != texts[1]


def test_a_stop_text_ends_a_row_and_is_left_out():
    free = records(generate(tiny_llama(ends=False), with_free_answers(), most_tokens=12))
    stop = free[0]["text"].split()[2]
    made = records(generate(tiny_llama(ends=False), with_free_answers(), most_tokens=12, stop=[stop]))
    for one, other in zip(made, free, strict=True):
        place = other["text"].find(stop)
        assert one["text"] == (other["text"] if place < 0 else other["text"][:place])
        assert one["ended"] == ("length" if place < 0 else "stop")
    assert made[0]["tokens"] <= 3


def test_chats_and_shots_are_written_as_the_template_says():
    train = with_choices(name="train").take([1])
    data = with_free_answers().take([0])
    (row,) = records(
        generate(tiny_llama(), data, train, shots=1, chat=True, instruction="one", most_tokens=2)
    )
    text = f"<s><user> one <user> {ASKED[1]} <model> light blue <user> {ASKED[0]} <model>"
    assert row["prompt_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_trained_model_borrows_a_tokenizer():
    trained = Model(tiny_llama().weights, {}, {"config.json": tiny_llama().files["config.json"]})
    one, other = (
        records(generate(model, with_free_answers(), tokenizer=tokenizer, most_tokens=4))
        for model, tokenizer in ((trained, tiny_llama()), (tiny_llama(), None))
    )
    assert [row["text"] for row in one] == [row["text"] for row in other]


def test_long_prompts_lose_their_beginning_and_are_counted():
    made = generate(tiny_llama(context=9), with_free_answers(), most_tokens=2)
    # <s> and 7, 5, 4 and 6 words; 7 tokens leave room for 2.
    assert made.table.scalar("shortened") == 0.25
    assert all(row["tokens"] <= 2 for row in records(made))


def test_says_what_is_wrong():
    data = with_free_answers()
    network = {"decoder": {"width": 16, "depth": 1, "heads": 2}}
    own = language_model_artifact(build_language_model(network, len(WORDS), 0), network, len(WORDS))
    with pytest.raises(ValueError, match="`evaluate/exact-match`"):
        generate(own, data, tokenizer=tiny_llama())
    with pytest.raises(ValueError, match="there are no questions"):
        generate(tiny_llama(), data.take([]))
    with pytest.raises(ValueError, match="20 tokens are to follow, and the model reads 9"):
        generate(tiny_llama(context=9), data, most_tokens=20)
    plain = {name: content for name, content in tiny_llama().files.items() if name != "tokenizer_config.json"}
    with pytest.raises(ValueError, match="no chat template"):
        generate(Model(tiny_llama().weights, {}, plain), data, chat=True)
