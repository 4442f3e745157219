import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, T5Config, T5ForConditionalGeneration

from heldout.runtime.artifacts import Model
from heldout.runtime.models.encoder_decoder import (
    build_encoder_decoder,
    encoder_decoder_model,
    restore_encoder_decoder,
)
from heldout.runtime.operators.fetch.model import model as fetch

COMMIT = "c" * 40
VOCABULARY = ["<pad>", "<eos>", "a", "b", "c"]
READ, WRITE = torch.tensor([[2, 3, 4, 0]]), torch.tensor([[0, 2, 2]])


def built(seed=0):
    return build_encoder_decoder(VOCABULARY, width=8, depth=1, heads=2, seed=seed).eval()


def logits(module):
    with torch.no_grad():
        return module(input_ids=READ, decoder_input_ids=WRITE).logits


def test_the_seed_alone_decides_the_weights():
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    same, other = built(), built(seed=1)
    assert torch.equal(torch.rand(1), expected)  # the global stream was left alone
    assert torch.equal(logits(built()), logits(same))
    assert not torch.equal(logits(other), logits(same))


def test_what_is_saved_opens_with_from_pretrained_and_is_restored(tmp_path):
    module = built()
    encoder_decoder_model(module, {"vocabulary": VOCABULARY}).save(tmp_path)
    opened = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).eval()
    again = Model.load(tmp_path)
    assert again.config["vocabulary"] == VOCABULARY
    assert torch.equal(logits(opened), logits(module))
    assert torch.equal(logits(restore_encoder_decoder(again)), logits(module))


def test_a_fetched_model_in_half_precision_is_restored_in_float32(hub, tmp_path):
    torch.manual_seed(1)
    config = T5Config(
        vocab_size=5, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2, decoder_start_token_id=0
    )
    original = T5ForConditionalGeneration(config).bfloat16().eval()
    original.save_pretrained(tmp_path / "up")
    hub("model", "lab/t5", COMMIT, {f.name: f.read_bytes() for f in (tmp_path / "up").iterdir()})
    restored = restore_encoder_decoder(fetch(repository="lab/t5", revision=COMMIT))
    assert {p.dtype for p in restored.parameters()} == {torch.float32}
    assert torch.allclose(logits(restored), logits(original.float()), atol=1e-5)


def test_what_is_no_encoder_decoder_is_refused():
    with pytest.raises(ValueError, match=r"has no config\.json"):
        restore_encoder_decoder(Model({}, {}))
    with pytest.raises(ValueError, match="'vit' is no encoder-decoder"):
        restore_encoder_decoder(Model({}, {}, {"config.json": b'{"model_type": "vit"}'}))
    whole = encoder_decoder_model(built(), {})
    kept = {k: v for k, v in whole.weights.items() if not k.startswith("encoder.final")}
    with pytest.raises(
        ValueError, match=r"1 weights are missing or of another shape: encoder\.final_layer_norm\.weight"
    ):
        restore_encoder_decoder(Model(kept, {}, whole.files))
    with pytest.raises(ValueError, match="width 9 is no multiple of 2 heads"):
        build_encoder_decoder(VOCABULARY, width=9, depth=1, heads=2, seed=0)
