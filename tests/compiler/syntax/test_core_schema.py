import pytest

from heldout.compiler.syntax.core_schema import NoNumber, plain_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("True", True),
        ("no", "no"),
        ("0123", 123),
        ("0o17", 15),
        ("0xff", 255),
        ("-1_000", "-1_000"),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1.", 1.0),
        ("12:30", "12:30"),
        ("9007199254740991", 2**53 - 1),
    ],
)
def test_plain_values_are_those_of_the_core_schema(text, value):
    found = plain_value(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "9007199254740992", "1e309", "9" * 70])
def test_numbers_that_no_task_could_be_given_are_refused_with_what_to_write(text):
    with pytest.raises(NoNumber) as error:
        plain_value(text)
    assert text[:40] in str(error.value) and error.value.hint.startswith("write ")
