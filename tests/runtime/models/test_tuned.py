"""Tuned models, against the library peft and transformers alone."""

import json

import pytest
import torch
from peft import IA3Config, LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.model import ADAPTER, ADAPTER_WEIGHTS
from heldout.runtime.models.causal_reader import causal_reader
from heldout.runtime.models.content import model_sha256
from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.models.tuned import attached, begin_tuning
from heldout.runtime.operators.adapters.attach import attach
from heldout.runtime.operators.adapters.merge import merge
from heldout.runtime.operators.fetch.model_folder import model_folder
from tests.fixtures.tiny_llama import tiny_llama
from tests.runtime.operators.fetch.test_model_folder import pinned

TOKENS = torch.tensor([[1, 5, 6, 7, 8], [1, 9, 10, 11, 12]])
TUNINGS = {
    "lora": {"lora": {"rank": 2, "alpha": 8, "modules": r".*(q_proj|up_proj)"}},
    "dora": {"lora": {"rank": 2, "alpha": 8, "decomposed": True}},
    "rslora": {"lora": {"rank": 4, "rank_stabilized": True}},
    "ia3": "ia3",
}


def tuned(tuning="lora", base=None, seed=0):
    """A model whose adapter is far from where it began."""
    base = tiny_llama() if base is None else base
    module = restore_language_model(base)
    begun = begin_tuning(module, TUNINGS[tuning], seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for one in begun.parameters.values():
            one += 0.3 * torch.randn(one.shape, generator=generator)
    return begun.model(base), module.eval()(TOKENS).detach()


def saved(model, folder):
    folder.mkdir()
    model.save(folder)
    return folder


@pytest.mark.parametrize("tuning", TUNINGS)
def test_peft_alone_computes_the_same_and_writes_the_same_texts(tuning, tmp_path):
    model, expected = tuned(tuning)
    folder = saved(model, tmp_path / "tuned")
    base = AutoModelForCausalLM.from_pretrained(folder / "base")
    assert (base(TOKENS).logits - expected).abs().max() > 0.1
    theirs = PeftModel.from_pretrained(base, folder).eval()
    torch.testing.assert_close(theirs(TOKENS).logits, expected)
    ours = causal_reader(Model.load(folder), "float32").network
    prompt = {"input_ids": TOKENS[:1], "max_new_tokens": 8, "do_sample": False}
    assert torch.equal(ours(TOKENS).logits, theirs(TOKENS).logits)
    assert ours.generate(**prompt).tolist() == theirs.generate(**prompt).tolist()


@pytest.mark.parametrize(
    "config",
    [
        LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=6, target_modules=["v_proj", "gate_proj"]),
        LoraConfig(r=2, target_modules="all-linear", rank_pattern={"q_proj": 4}, alpha_pattern={"q_proj": 3}),
        IA3Config(target_modules=["k_proj", "down_proj"], feedforward_modules=["down_proj"]),
    ],
)
def test_an_adapter_of_peft_is_read_from_its_folder(config, tmp_path):
    base = tiny_llama()
    network = AutoModelForCausalLM.from_pretrained(saved(base, tmp_path / "base"))
    theirs = get_peft_model(network, config)
    with torch.no_grad():
        for one in theirs.parameters():
            if one.requires_grad:
                one += 0.3 * torch.randn(one.shape)
    theirs.save_pretrained(tmp_path / "adapter")
    adapter = model_folder(**pinned(tmp_path / "adapter"))
    ours = restore_language_model(attach(base, adapter))
    torch.testing.assert_close(ours(TOKENS), theirs.eval()(TOKENS).logits)


def test_what_is_trained_is_the_adapter_alone(tmp_path):
    base = tiny_llama()
    module = restore_language_model(base)
    begun = begin_tuning(module, TUNINGS["lora"], 0)
    # Rank 2 on queries, 32 to 32, and on the perceptron's first layer, 32 to 64, of two layers.
    assert sum(one.numel() for one in begun.parameters.values()) == 2 * 2 * ((32 + 32) + (32 + 64))
    before = {name: weight.clone() for name, weight in module.state_dict().items() if "lora" not in name}
    torch.testing.assert_close(module.eval()(TOKENS), restore_language_model(base).eval()(TOKENS))
    optimizer = torch.optim.SGD(begun.parameters.values(), lr=0.1)
    module(TOKENS).logsumexp(-1).sum().backward()
    optimizer.step()
    assert all(torch.equal(module.state_dict()[name], weight) for name, weight in before.items())
    folder = saved(begun.model(base), tmp_path / "tuned")
    assert {path.name for path in folder.iterdir()} > {ADAPTER, ADAPTER_WEIGHTS, "tokenizer.json", "base"}
    assert (folder / ADAPTER_WEIGHTS).stat().st_size < (folder / "base" / "model.safetensors").stat().st_size


def test_equal_seeds_begin_equally_and_leave_the_global_generator_alone():
    def begun(seed):
        return list(
            begin_tuning(restore_language_model(tiny_llama()), TUNINGS["lora"], seed).parameters.values()
        )

    before = torch.get_rng_state()
    one, same, other = begun(0), begun(0), begun(1)
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one[0], other[0])


@pytest.mark.parametrize("tuning", TUNINGS)
def test_merged_it_computes_the_same_without_the_adapter(tuning, tmp_path):
    model, expected = tuned(tuning)
    whole = merge(model)
    assert whole.base is None and ADAPTER not in whole.files and "adapter" not in whole.config
    assert whole.weights.keys() == tiny_llama().weights.keys()
    folder = saved(whole, tmp_path / "merged")
    alone = AutoModelForCausalLM.from_pretrained(folder)
    torch.testing.assert_close(alone(TOKENS).logits, expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="not tuned"):
        merge(whole)


def test_adapters_are_stacked_over_what_they_were_trained_over(tmp_path):
    first, _ = tuned("lora")
    second, expected = tuned("ia3", base=first, seed=1)
    again = Model.load(saved(second, tmp_path / "stack"))
    torch.testing.assert_close(restore_language_model(again)(TOKENS), expected)
    torch.testing.assert_close(restore_language_model(merge(again))(TOKENS), expected, rtol=1e-4, atol=1e-4)


def test_another_base_is_refused():
    model, expected = tuned()
    adapter = Model(model.weights, model.config, model.files)
    with pytest.raises(ValueError, match=r"trained over another base: over one of content .*this one's is"):
        attach(tiny_llama(seed=1), adapter)
    assert torch.equal(restore_language_model(attached(adapter, tiny_llama()))(TOKENS), expected)
    with pytest.raises(ValueError, match="an adapter without its base: adapters/attach"):
        restore_language_model(adapter)


def test_content_is_of_weights_and_not_of_files(tmp_path):
    whole = tiny_llama()
    assert model_sha256(whole) == model_sha256(Model.load(saved(whole, tmp_path / "again")))
    changed = {name: weight.bfloat16() for name, weight in whole.weights.items()}
    assert model_sha256(Model(changed, {}, whole.files)) != model_sha256(whole)


def test_an_adapter_in_bfloat16_is_trained_in_float32():
    from heldout.runtime.hub.reading import Reading

    module = restore_language_model(tiny_llama(), Reading("bfloat16"))
    assert next(module.parameters()).dtype == torch.bfloat16
    begun = begin_tuning(module, TUNINGS["lora"], 0)
    assert {one.dtype for one in begun.parameters.values()} == {torch.float32}
    assert module(TOKENS).dtype == torch.bfloat16


def test_an_adapter_that_does_not_fit_is_refused():
    model, _ = tuned()
    name = next(iter(model.weights))
    for wrong in (
        model.weights | {name: torch.zeros(3, 3)},
        {weight: value for weight, value in model.weights.items() if weight != name},
        {weight.replace("layers.1", "layers.7"): value for weight, value in model.weights.items()},
        {"other": torch.zeros(1)},
    ):
        with pytest.raises(ValueError, match=r"the adapter (does not fit|holds weights)"):
            restore_language_model(Model(wrong, model.config, model.files, model.base))
    settings = json.loads(model.files[ADAPTER])
    for said, message in (
        ({"peft_type": "PREFIX_TUNING"}, "an adapter 'PREFIX_TUNING'; LORA and IA3"),
        ({"modules_to_save": ["lm_head"]}, "sets `modules_to_save`"),
        ({"init_lora_weights": "pissa"}, "changes the base too"),
        ({"rank_pattern": {"(a+)+$": 4}}, "no plain name"),
    ):
        files = model.files | {ADAPTER: json.dumps(settings | said).encode()}
        with pytest.raises(ValueError, match=message.replace("(", r"\(")):
            attach(model.base, Model(model.weights, {}, files))
