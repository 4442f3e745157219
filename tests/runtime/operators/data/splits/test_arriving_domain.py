import pytest

from heldout.runtime.operators.data.splits.arriving_domain import arriving_domain


def tiny(tmp_path, hub):
    return {"domain": 30}


def test_it_is_all_rows_of_the_domain_in_their_order(four_angles):
    parts = [arriving_domain(four_angles, domain=domain) for domain in (0, "15", 30.0, 45)]
    assert [set(part.domains) for part in parts] == [{"0"}, {"15"}, {"30"}, {"45"}]
    ids = [part.rows["id"].to_pylist() for part in parts]
    assert sum(map(len, ids)) == len(set().union(*map(set, ids))) == len(four_angles)
    known = four_angles.rows["id"].to_pylist()
    assert all(own == [one for one in known if one in set(own)] for own in ids)


def test_an_unknown_domain_is_refused(four_angles):
    with pytest.raises(ValueError, match="no domain '60'; they have 0, 15, 30, 45"):
        arriving_domain(four_angles, domain=60)
