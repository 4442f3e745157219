import pytest

from heldout.runtime.hub.holds import check_holds


@pytest.mark.parametrize(
    ("model_type", "holds"),
    [
        ("gpt2", "causal language model"),
        ("bert", "encoder"),
        ("t5", "encoder-decoder"),
        ("clip", "dual encoder"),
        ("vit", "image encoder"),
        ("of nobody", None),
    ],
)
def test_what_is_true_may_be_said(model_type, holds):
    check_holds({"model_type": model_type}, holds, "a/b")


@pytest.mark.parametrize(
    ("model_type", "holds", "says"),
    [
        (
            "gpt2",
            "encoder-decoder",
            "a/b is of the type 'gpt2', which is no encoder-decoder; it may",
        ),
        ("t5", "causal language model", "which is no causal language model; it may be: encoder-decoder"),
        ("vit", "dual encoder", "may be: image encoder"),
        (None, "encoder", "nothing is known of it"),
    ],
)
def test_what_is_not_is_refused(model_type, holds, says):
    with pytest.raises(ValueError, match=says):
        check_holds({"model_type": model_type}, holds, "a/b")
