"""One LoRA as an artifact, with names and configuration as the library peft has them."""

import json
from collections.abc import Mapping

from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.models.low_rank import Update

PREFIX = "base_model.model."
CONFIG = "adapter_config.json"


def lora_model(downs: Mapping[str, Tensor], ups: Mapping[str, Tensor], alpha: float, task: str) -> Model:
    """The artifact of one adapter.

    Args:
        downs: A by module, [rank, in_features].
        ups: B by module, [out_features, rank], not scaled.
        alpha: the update is alpha / rank B A.
        task: what it was trained on.
    """
    rank = next(iter(downs.values())).shape[0]
    weights = {f"{PREFIX}{name}.lora_A.weight": down for name, down in downs.items()}
    weights |= {f"{PREFIX}{name}.lora_B.weight": up for name, up in ups.items()}
    settings = {
        "peft_type": "LORA",
        "task_type": "SEQ_2_SEQ_LM",
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "inference_mode": True,
        "base_model_name_or_path": None,
        "target_modules": sorted(downs),
    }
    files = {CONFIG: json.dumps(settings, indent=1, sort_keys=True).encode()}
    return Model(weights, {"adapter": "lora", "task": task}, files)


def lora_updates(adapter: Model) -> dict[str, Update]:
    """The scaled update of every module, as stacks of one.

    Raises:
        ValueError: the artifact is no LoRA.
    """
    if CONFIG not in adapter.files:
        raise ValueError(f"this model is no adapter: it has no {CONFIG}")
    settings = json.loads(adapter.files[CONFIG])
    scale = settings["lora_alpha"] / settings["r"]
    updates = {}
    for key, down in adapter.weights.items():
        if key.startswith(PREFIX) and key.endswith(".lora_A.weight"):
            name = key.removeprefix(PREFIX).removesuffix(".lora_A.weight")
            up = adapter.weights[f"{PREFIX}{name}.lora_B.weight"]
            updates[name] = Update(down[None], scale * up[None])
    if not updates:
        raise ValueError("this adapter holds no LoRA weights")
    return updates
