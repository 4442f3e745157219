"""What holds of all transforms: shapes, ranges, and that draws come from the given generator alone."""

import pickle

import pytest
import torch

from heldout.runtime.component import chosen
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.lookup import named_files
from heldout.runtime.pictures.pixels import as_floats

NAMES = sorted(name.split("/")[1] for name, _ in named_files() if name.startswith("transforms/"))
NEED = {"resize": {"size": 16}, "center-crop": {"size": 16}, "random-resized-crop": {"size": 16}}
COLOURED = {"rand-augment"}  # take three channels


def picture(channels=3, height=40, width=30):
    return torch.rand(channels, height, width, generator=torch.Generator().manual_seed(0))


def stream(seed=1):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_comes_back_and_the_generator_alone_decides_it(name):
    transform = chosen("transforms", {name: NEED.get(name, {})})
    x = picture()
    before, state = x.clone(), torch.get_rng_state()
    found = transform(x, stream())
    assert found.dtype == torch.float32 and found.ndim == 3 and len(found) == 3
    assert found.min() >= 0 and found.max() <= 1 + 1e-6
    torch.manual_seed(99)
    assert torch.equal(found, transform(x, stream())), "equal generators, equal pictures"
    assert torch.equal(x, before), "the picture that it was given is left alone"
    torch.set_rng_state(state)
    transform(x, stream())
    assert torch.equal(torch.get_rng_state(), state), "the global generator is left alone"


@pytest.mark.parametrize("name", sorted(set(NAMES) - COLOURED))
def test_pictures_of_one_channel(name):
    found = chosen("transforms", {name: NEED.get(name, {})})(picture(channels=1), stream())
    assert len(found) == 1 and torch.isfinite(found).all()


def test_rand_augment_needs_colours():
    with pytest.raises(ValueError, match="three channels, not 1"):
        chosen("transforms", "rand-augment")(picture(channels=1), stream())


def test_several_are_applied_in_order_and_go_to_other_processes():
    both = Transforms([{"resize": {"size": 20}}, {"center-crop": {"size": 10}}])
    other = Transforms([{"center-crop": {"size": 10}}, {"resize": {"size": 20}}])
    assert both(picture(), stream()).shape == (3, 10, 10)
    assert other(picture(), stream()).shape == (3, 20, 20)
    again = pickle.loads(pickle.dumps(both))
    assert torch.equal(again(picture(), stream()), both(picture(), stream()))
    assert not Transforms([]) and torch.equal(Transforms([])(picture(), stream()), picture())


@pytest.mark.parametrize(
    "name", ["center-crop", "domainbed", "horizontal-flip", "random-resized-crop", "resize"]
)
def test_what_takes_bytes_gives_what_it_gives_of_floats(name):
    """Within a byte, which a resized picture is rounded to; the two of `domainbed` are changed further."""
    bytes_of = (picture() * 255).round().byte()
    across = bytes_of.permute(1, 2, 0).contiguous().permute(2, 0, 1)  # as a file's pixels lie
    both = Transforms([{name: NEED.get(name, {"size": 16} if name == "domainbed" else {})}])
    found, wanted = both(across, stream()), both(as_floats(bytes_of), stream())
    assert (found.dtype == torch.uint8) == (name != "domainbed") and wanted.dtype == torch.float32
    assert (as_floats(found) - wanted).abs().max() <= (4.01 if name == "domainbed" else 1.01) / 255
    assert torch.equal(found, both(bytes_of, stream())), "wherever channels lie"


def test_others_are_given_floats():
    found = Transforms(["horizontal-flip", {"contrast": {"severity": 1}}])((picture() * 255).byte(), stream())
    assert found.dtype == torch.float32 and found.min() >= 0 and found.max() <= 1
