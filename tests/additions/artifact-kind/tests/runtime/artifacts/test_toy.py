from heldout.runtime.artifacts.toy import Toy


def test_what_is_saved_is_loaded(tmp_path):
    Toy("word").save(tmp_path)
    assert Toy.load(tmp_path) == Toy("word")
