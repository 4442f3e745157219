import pytest

from heldout.runtime.machine.report.lock_view import lock_view


@pytest.mark.parametrize(("state", "marked"), [("locked", False), ("added", True), ("changed", True)])
def test_what_came_after_the_results_is_marked(state, marked):
    view = lock_view({"locked": True, "claims": {"one": state, "two": "locked"}, "removed": [], "at": None})
    assert ("one" in view.sentences) is marked
    assert "two" not in view.sentences


def test_the_note_counts_and_names_what_was_dropped():
    lock = {
        "locked": True,
        "claims": {"one": "locked", "two": "added"},
        "removed": ["old", "older"],
        "at": "May",
    }
    assert lock_view(lock).note == (
        "1 of 2 claims stand as they were locked before there were results (May). "
        "Claims of the lock are no longer made: old and older."
    )


def test_without_a_lock_the_page_says_so_once():
    view = lock_view({"locked": False, "claims": {"one": "unlocked"}, "removed": []})
    assert "not locked" in view.note
    assert view.sentences == {}


def test_nothing_is_said_of_what_is_not_known():
    assert lock_view(None) == ("", {})
    assert lock_view({"locked": False, "claims": {}}).note == ""


def test_claims_that_are_all_later_than_the_results():
    assert lock_view({"locked": True, "claims": {"one": "added"}}).note.startswith("None of the claims")


def test_a_study_that_grew_says_so_at_the_claim():
    lock = {
        "locked": True,
        "claims": {"one": "grown", "two": "locked"},
        "removed": [],
        "grew": {"one": [18, 30, 60]},
    }
    view = lock_view(lock)
    assert view.sentences.keys() == {"one"}
    assert "18, 30 and 60 results in turn" in view.sentences["one"]
    assert "1 of 2 claims stand as they were locked before there were results." in view.note
