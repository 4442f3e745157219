from heldout.compiler.images.holdings import Holdings
from heldout.compiler.images.standing import standing

HERE = Holdings(1, "sha256:here", {"train/a": "1", "train/b": "2", "train/c": "3"}, {"losses/d": "4"})


def stands(operators, components):
    return standing(Holdings(1, "sha256:image", operators, components), HERE)


def test_an_image_of_this_version_is_whole():
    found = stands(HERE.operators, HERE.components)
    assert found.is_whole and found.only_lags
    assert found.text == "holds 3 of 3 operators and 1 of 1 components of this version"


def test_an_added_operator_is_one_that_it_lags_behind():
    found = stands({"train/a": "1", "train/c": "3"}, {"losses/d": "4"})
    assert found.only_lags and not found.is_whole
    assert [one.name for one in found.lacks] == ["train/b"]
    assert found.text == "holds 2 of 3 operators and 1 of 1 components of this version"


def test_an_edited_component_is_another():
    found = stands({**HERE.operators, "train/gone": "9"}, {"losses/d": "before"})
    assert not found.only_lags
    assert found.text == "holds 3 of 3 operators and 0 of 1 components of this version"
