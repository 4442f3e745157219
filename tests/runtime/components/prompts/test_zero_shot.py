from heldout.runtime.components.prompts.zero_shot import zero_shot


def test_nothing_is_learnt_and_nothing_is_put_in(towers):
    learner = zero_shot(towers)
    assert list(learner.parameters()) == []
    assert learner(None) == ((), ())
