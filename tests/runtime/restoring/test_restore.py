import subprocess
import sys
from pathlib import Path

import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.graphs.classifier import build_node_classifier, node_classifier_model
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.models.tuned import begin_tuning
from heldout.runtime.restoring.restore import kind_of, restore
from tests.fixtures.adapters import small_t5
from tests.fixtures.tiny_llama import tiny_llama

DECODER = {"decoder": {"width": 8, "depth": 1, "heads": 2}}
MODELS = {
    "classifier or regressor": lambda: classifier_model(build_classifier("mlp", (4,), 3, seed=0)),
    "node classifier": lambda: node_classifier_model(build_node_classifier("gcn", 4, 3, seed=0)),
    "language model": lambda: language_model_artifact(build_language_model(DECODER, 9, 0), DECODER, 9),
    "causal language model": tiny_llama,
    "encoder-decoder": small_t5,
}


@pytest.mark.parametrize("kind", MODELS)
def test_each_kind_is_known_and_restored_in_evaluation_mode(kind):
    model = MODELS[kind]()
    assert kind_of(model).name == kind
    module = restore(model)
    assert not module.training
    held = {name for name, _ in module.named_parameters()}
    assert held and all(torch.isfinite(one).all() for one in module.parameters())


@pytest.mark.parametrize("kind", ["classifier or regressor", "language model", "encoder-decoder"])
def test_a_tuned_model_is_of_the_kind_of_its_base(kind):
    base = MODELS[kind]()
    module = restore(base)
    begun = begin_tuning(module, {"lora": {"rank": 2}}, 0)
    with torch.no_grad():
        for one in begun.parameters.values():
            one += 0.1
    model = begun.model(base)
    assert kind_of(model).name == kind
    expected = module.state_dict()
    assert all(torch.equal(expected[name], value) for name, value in restore(model).state_dict().items())


PEAK = """
import resource, sys
from heldout.runtime.artifacts import Model
from heldout.runtime.hub.reading import Reading
from heldout.runtime.restoring.restore import restore
from pathlib import Path
def status(name):
    return next(int(l.split()[1]) * 1024 for l in open("/proc/self/status") if l.startswith(name))
restore(Model.load(Path(sys.argv[1])))  # what libraries take
before = status("VmRSS")
open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
module = restore(Model.load(Path(sys.argv[2])), Reading(sys.argv[3]))
print(status("VmHWM") - before, sum(p.numel() * p.element_size() for p in module.parameters()))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "auto"])
def test_loading_takes_the_memory_of_the_network_and_no_more(dtype, tmp_path):
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.device("meta"):
        large = LlamaConfig(
            vocab_size=1000, hidden_size=1024, intermediate_size=4096, num_hidden_layers=8,
            num_attention_heads=8, num_key_value_heads=8,
        )  # fmt: skip
        network = LlamaForCausalLM(large)
    network = network.to_empty(device="cpu").to(torch.bfloat16)  # 271 MB on the disk
    network.save_pretrained(tmp_path / "large", max_shard_size="100MB")
    del network
    (tmp_path / "large" / "heldout.json").write_text("{}")
    (tmp_path / "small").mkdir()
    tiny_llama().save(tmp_path / "small")
    command = [sys.executable, "-c", PEAK, str(tmp_path / "small"), str(tmp_path / "large"), dtype]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    peak, held = map(int, done.stdout.split()[-2:])
    assert held == pytest.approx(
        8 * (4 * 1024**2 + 3 * 4096 * 1024) * (4 if dtype == "float32" else 2), rel=0.02
    )
    assert peak < 1.4 * held  # the network and weights on their way; two networks would be 2


def test_what_is_no_network():
    with pytest.raises(ValueError, match="an adapter without its base"):
        restore(Model({}, {"adapter": "lora"}, {"adapter_config.json": b"{}"}))
    with pytest.raises(ValueError, match=r"config\.json holds no JSON object"):
        restore(Model({}, {}, {"config.json": b"[]"}))
