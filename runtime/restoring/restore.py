"""One way to restore a model, whichever kind it is of."""

import json

from torch import nn

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.model import ADAPTER
from heldout.runtime.hub.reading import IN_FLOAT32, Reading
from heldout.runtime.restoring.kinds import KINDS, Kind, described


def kind_of(model: Model) -> Kind:
    """Which kind of model an artifact is.

    Raises:
        ValueError: of none, such as an adapter without its base, prompts, or weights that start others.
    """
    hub = described(model)
    for kind in KINDS:
        if kind.is_one(model.config, hub):
            return kind
    if ADAPTER in model.files:
        raise ValueError("this is an adapter without its base: adapters/attach puts the two together")
    said = json.dumps(dict(model.config), sort_keys=True)[:200]
    raise ValueError(
        f"no network is known for these weights alone, whose config names none ({said}): take them as an "
        "artifact"
    )


def restore(model: Model, reading: Reading = IN_FLOAT32) -> nn.Module:
    """The network of an artifact, in evaluation mode: of a tuned model its base with the adapter in it.

    Operators that take one kind of model alone call what restores that, and are no task anew when another
    kind changes.

    Args:
        model: of any kind.
        reading: in which precision and where; heeded by networks of transformers that are restored whole
            (causal models, encoder-decoders and others), while all else is read in float32 on the CPU.

    Raises:
        ValueError: the artifact is no whole network, or its weights do not fit.
    """
    return kind_of(model).restore(model, reading).eval()
