import hypothesis
import hypothesis.strategies as st
import pytest
import rfc8785

from heldout.compiler.plan.canonical import canonical

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@hypothesis.given(VALUES)
def test_it_is_what_rfc8785_writes(value):
    try:
        wanted = rfc8785.dumps(value).decode()
    except rfc8785.CanonicalizationError:  # half of a surrogate pair
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(value)
    else:
        assert canonical(value) == wanted


@pytest.mark.parametrize("text", ["\x00\x1f\x7f", "\b\t\n\f\r", '"\\/', "é\u2028😀", "<>&"])
def test_every_character_that_is_escaped(text):
    assert canonical({text: [text]}) == rfc8785.dumps({text: [text]}).decode()


@pytest.mark.parametrize("value", [2**53, float("nan"), {1: 2}, b"bytes", object()])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical([value])


def test_numbers_are_written_as_rfc8785_has_them():
    assert canonical({"b": [1.0, 1e-7, True, 5], "a": None}) == '{"a":null,"b":[1,1e-7,true,5]}'
