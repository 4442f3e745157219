import torch

from heldout.runtime.operators.train._image_views import Views, random_views


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_views_that_differ_by_nothing_are_the_images():
    images = torch.rand(3, 2, 6, 8, generator=stream())
    assert torch.allclose(random_views(images, Views(0, 0, 0, 0), stream()), images, atol=1e-6)


def test_a_shift_moves_by_so_many_pixels():
    images = torch.zeros(200, 1, 9, 9)
    images[:, 0, 4, 4] = 1.0
    seen = random_views(images, Views(shift=2.0, turn=0, scale=0, noise=0), stream())[:, 0]
    # The centre of mass of a bilinear spot is where the spot went.
    place = torch.arange(9.0)
    right, down = (seen.sum(1) * place).sum(1) - 4, (seen.sum(2) * place).sum(1) - 4
    for moved in (right, down):
        assert moved.abs().max() <= 2 + 1e-5
        assert moved.min() < -1.8 and moved.max() > 1.8


def test_a_turn_keeps_the_distance_from_the_centre():
    image = torch.zeros(1, 1, 5, 5)
    image[0, 0, 2, 4] = 1.0  # right of the centre
    turned = [random_views(image, Views(0, 90.0, 0, 0), stream(seed))[0, 0] for seed in range(200)]
    # It stays at a distance of 2 from the centre: the ends of the middle column are reached, corners are not.
    assert all(max(view[0, 0], view[4, 4]) < 0.3 for view in turned)
    assert any(view[0, 2] > 0.9 for view in turned) and any(view[4, 2] > 0.9 for view in turned)


def test_noise_has_its_standard_deviation():
    images = torch.zeros(50, 1, 20, 20)
    noise = random_views(images, Views(0, 0, 0, 0.3), stream())
    assert abs(noise.std().item() - 0.3) < 0.01


def test_the_generator_alone_decides():
    images = torch.rand(4, 1, 8, 8, generator=stream())
    views = Views(1, 20, 0.1, 0.1)
    assert torch.equal(random_views(images, views, stream(1)), random_views(images, views, stream(1)))
    assert not torch.equal(random_views(images, views, stream(1)), random_views(images, views, stream(2)))
