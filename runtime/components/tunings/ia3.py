"""IA3: learnt factors of what linear modules compute."""

import re

from torch import nn

from heldout.runtime.component import component
from heldout.runtime.components.tunings.contract import Settings, adapted, task_type


@component
def ia3(
    network: nn.Module,
    *,
    modules: str = r".*(k_proj|v_proj|down_proj|key|value|output\.dense|c_attn|mlp\.c_proj|\.k|\.v|\.wo)",
    feedforward: str = r".*(down_proj|output\.dense|mlp\.c_proj|\.wo)",
) -> Settings:
    """Factors of keys, values and the inputs of the last layer of perceptrons, one a feature, 1 at first.

    Liu et al. 2022, "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning"
    (arXiv:2205.05638), section 3.3.
    Differs from the paper: nothing; which modules these are is said by their names, of which the defaults are
    those of Llama, Mistral, Qwen, BERT, GPT-2 and T5.

    Args:
        modules: regular expression that the whole name of a linear module matches to be adapted.
        feedforward: those of them whose inputs, and not outputs, are multiplied.

    Raises:
        ValueError: no linear module has such a name.
    """
    names = adapted(network, modules)
    return {
        "peft_type": "IA3",
        "task_type": task_type(network),
        "target_modules": names,
        "feedforward_modules": [name for name in names if re.fullmatch(feedforward, name)],
    }
