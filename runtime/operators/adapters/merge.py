"""Merge an adapter into the weights of its base."""

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.model import ADAPTER
from heldout.runtime.hub.format import hub_format
from heldout.runtime.models.tuned import OF_BASE, merge_in_place, network_in
from heldout.runtime.operator import operator
from heldout.runtime.restoring.restore import restore


@operator(seconds=10.0)
def merge(model: Model) -> Model:
    """A tuned model as one whole: what its adapters change is added to the weights.

    Hu et al. 2022, "LoRA" (arXiv:2106.09685), section 4.1: W + alpha / rank B A, which costs nothing more
    when it computes. Merged in float32, whatever the base is stored in, and kept so: rounded to bfloat16,
    small updates would be lost.

    Args:
        model: a base with its adapter, of `adapters/attach` or of training with a `tuning`.

    Returns:
        the base's folder with other weights.

    Raises:
        ValueError: the model is not tuned, or its merged weights are not finite.
    """
    if model.base is None:
        raise ValueError("this model is not tuned: there is nothing to merge")
    network = network_in(merge_in_place(restore(model)))
    config = {name: said for name, said in model.config.items() if name not in ("adapter", OF_BASE, "task")}
    files = {name: content for name, content in model.files.items() if name != ADAPTER}
    if not hasattr(network, "save_pretrained"):
        return Model(network.state_dict(), config, files)
    weights, written = hub_format(network)
    root = model.base
    while root.base is not None:
        root = root.base
    heads = {name: root.weights[name] for name in root.weights if name.startswith("head.")}
    return Model(heads | weights, config, files | written)
