import pytest

from heldout.runtime.operators.data.splits.training_domains import training_domains


def tiny(tmp_path, hub):
    return {"without": {30}}


def test_all_but_some_split_by_domain(four_angles):
    train, select = training_domains(four_angles, without={"30", 45})
    assert set(train.domains) == set(select.domains) == {"0", "15"}
    assert [len(train), len(select)] == [360 + 360, 90 + 89]
    assert not set(train.rows["id"].to_pylist()) & set(select.rows["id"].to_pylist())


def test_a_domain_is_split_alike_whatever_else_is_left_out(four_angles):
    one = training_domains(four_angles, without={30}, seed=1)
    two = training_domains(four_angles, without={30, 45}, seed=1)
    for more, fewer in zip(one, two, strict=True):
        kept = [row["id"] for row in more.rows.to_pylist() if row["domain"] != "45"]
        assert kept == fewer.rows["id"].to_pylist()


def test_nothing_need_be_left_out(four_angles):
    assert training_domains(four_angles, without=set()).train.domain_names == ("0", "15", "30", "45")


def test_the_order_and_spelling_of_the_set_do_not_matter(four_angles):
    one = training_domains(four_angles, without={0, 45}).train
    two = training_domains(four_angles, without=["45", 0.0, "0"]).train
    assert one.rows.equals(two.rows)


def test_an_unknown_domain_is_refused(four_angles):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        training_domains(four_angles, without={0, 60})
