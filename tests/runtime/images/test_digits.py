import numpy as np
import pytest
from sklearn.datasets import load_digits

from heldout.runtime.images.digits import deal, digit_domains, scanned_digits


def plain(_position, images, _sources):
    return images[:, None]


def test_scans_are_the_images_of_scikit_learn_between_0_and_1():
    images, digits = scanned_digits()
    assert images.shape == (1797, 8, 8)
    assert (images * 16 == load_digits().images).all()
    assert (digits == load_digits().target).all()


def test_every_image_is_dealt_to_one_domain():
    shares = deal(1797, 6, seed=0)
    # 1797 = 6 * 299 + 3: the first three domains get one more.
    assert [len(share) for share in shares] == [300, 300, 300, 299, 299, 299]
    assert sorted(np.concatenate(shares)) == list(range(1797))


def test_the_seed_decides_the_deal():
    assert (deal(1797, 2, seed=1)[0] == deal(1797, 2, seed=1)[0]).all()
    assert (deal(1797, 2, seed=1)[0] != deal(1797, 2, seed=2)[0]).any()


def test_ids_trace_the_scan():
    data = digit_domains(["a", 15, 0.1, 30.0], 0, plain)
    assert data.domain_names == ("a", "15", "0.1", "30")
    sources = [int(name.removeprefix("digits-")) for name in data.rows["id"].to_pylist()]
    assert (data.x[:, 0].numpy() == scanned_digits()[0][sources]).all()
    assert (data.labels.numpy() == load_digits().target[sources]).all()
    assert len(set(sources)) == 1797


@pytest.mark.parametrize("names", [[], [15, "15"], [15, 15.0]])
def test_domains_must_be_named_and_differ(names):
    with pytest.raises(ValueError, match="each once"):
        digit_domains(names, 0, plain)
