"""Put an adapter and its base together into one model."""

from heldout.runtime.artifacts import Model
from heldout.runtime.models.tuned import attached
from heldout.runtime.operator import operator


@operator(seconds=1.0)
def attach(base: Model, adapter: Model) -> Model:
    """A model that computes with an adapter: its base, and what the adapter changes.

    Whatever takes the base takes it, and restores both. The base's files are linked and not copied. The base
    may be such a model itself: then its own adapter is merged into the weights before this one is added.

    Args:
        base: of transformers, or a model that was tuned over one.
        adapter: LoRA or IA3 in the files of the library peft: as `fetch/model-folder` brings it, of
            `adapters/lora`, or a tuned model's, whose base is another file with the same content.

    Returns:
        the model. Its folder is the adapter's, as peft reads it, with the base in `base/`.

    Raises:
        ValueError: the adapter was trained over a base of other content (one of peft does not say), or is
            none.
    """
    return attached(adapter, base)
