"""The arithmetic of docs/language-models.md, on a small Llama and on Llama-2-7B."""

from safetensors import safe_open

from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.models.tuned import begin_tuning
from tests.fixtures.tiny_llama import WORDS, tiny_llama


def parameters(layers, d, m, vocabulary, keys):
    """Of a Llama: embedding and head; queries, keys, values, outputs; the perceptron; norms."""
    return 2 * vocabulary * d + layers * (2 * d * d + 2 * d * keys + 3 * d * m + 2 * d) + d


def low_rank(layers, d, m, keys, r):
    """Of LoRA on all linear modules but the head: in and out of each."""
    return layers * r * (2 * (d + d) + 2 * (d + keys) + 3 * (d + m))


def test_of_seven_billion_parameters():
    whole = parameters(32, 4096, 11008, 32000, 4096)
    updates = low_rank(32, 4096, 11008, 4096, 16)
    assert (whole, updates) == (6_738_415_616, 39_976_960)
    assert (round(2 * whole / 1e9, 1), round(4 * whole / 1e9, 1)) == (13.5, 27.0)
    assert (round(4 * updates / 1e6), round(12 * updates / 1e6), round(12 * whole / 1e9, 1)) == (
        160,
        480,
        80.9,
    )


def test_of_a_small_llama(tmp_path):
    base = tiny_llama()
    module = restore_language_model(base)
    whole = parameters(2, 32, 64, len(WORDS), 16)
    assert sum(one.numel() for one in module.parameters()) == whole
    begun = begin_tuning(module, {"lora": {"rank": 4}}, 0)
    updates = low_rank(2, 32, 64, 16, 4)
    assert sum(one.numel() for one in begun.parameters.values()) == updates
    begun.model(base).save(tmp_path)
    for name, held in (("adapter_model.safetensors", updates), ("base/model.safetensors", whole)):
        with safe_open(tmp_path / name, framework="pt") as file:
            head = int.from_bytes((tmp_path / name).read_bytes()[:8], "little") + 8
            assert len(list(file.keys())) > 0
        assert (tmp_path / name).stat().st_size == 4 * held + head
