"""What an `adapter_config.json` of the library peft says, read as a stranger's."""

import json
from collections.abc import Mapping
from typing import Any

from heldout.runtime.artifacts.model import ADAPTER

PREFIX = "base_model.model."  # before the names of modules in peft's files

# What an adapter computes by, which is read; the modules themselves are read from the names of its weights.
READ = {
    "LORA": ("r", "lora_alpha", "fan_in_fan_out", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern"),
    "IA3": ("feedforward_modules", "fan_in_fan_out"),
}
# What says nothing about a finished adapter: where it is from, and how it was begun and trained.
PASSED_OVER = frozenset(
    (
        *("peft_type", "task_type", "inference_mode", "base_model_name_or_path", "revision", "peft_version"),
        *("auto_mapping", "parent_library", "target_modules", "exclude_modules", "layers_to_transform"),
        *("layers_pattern", "lora_dropout", "init_ia3_weights", "loftq_config", "eva_config"),
        *("corda_config", "lora_ga_config", "runtime_config", "megatron_config", "megatron_core"),
        "qalora_group_size",
    )
)
AT_REST: tuple[object, ...] = (None, False, "none", [], {}, "")  # of all other settings
BEGINNINGS = (None, True, False, "gaussian", "eva", "orthogonal")  # which leave the base as it was
INITIAL = "init_lora_weights"


def adapter_settings(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The settings of an adapter, by which peft builds it: its kind and what it computes by.

    Nothing else of the file is handed on: settings of peft name modules to import, repositories to fetch and
    patterns to match.

    Raises:
        ValueError: there is no such file, it is of another kind, or sets something that is not read.
    """
    if ADAPTER not in files:
        raise ValueError(f"this model is no adapter: it has no {ADAPTER}")
    try:
        said = json.loads(files[ADAPTER])
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ValueError(f"{ADAPTER} holds no JSON object")
    kind = said.get("peft_type")
    if kind not in READ:
        raise ValueError(f"{ADAPTER} is of an adapter {kind!r}; {' and '.join(READ)} are read")
    if said.get(INITIAL) not in BEGINNINGS:
        raise ValueError(f"{ADAPTER} says {INITIAL}: {said[INITIAL]!r}, which changes the base too")
    for name, value in said.items():
        if name not in (*READ[kind], *PASSED_OVER, INITIAL) and value not in AT_REST:
            raise ValueError(f"{ADAPTER} sets `{name}`, which is not read")
    patterns = [*(said.get("rank_pattern") or {}), *(said.get("alpha_pattern") or {})]
    feedforward = said.get("feedforward_modules") or []
    named = [*patterns, *(feedforward if isinstance(feedforward, list) else [None])]
    if strange := [name for name in named if not _is_name(name)]:
        raise ValueError(f"{ADAPTER} names a module {strange[0]!r}, which is no plain name")
    return {"peft_type": kind} | {name: said[name] for name in READ[kind] if name in said}


def _is_name(name: object) -> bool:
    """Letters, digits, dots and underscores: peft takes names for patterns, and others may take for ever."""
    return isinstance(name, str) and all(one.isalnum() or one in "._" for one in name)
