"""Who is given which GPU, by hand."""

import pytest

from heldout.compiler.launch.devices import Device
from heldout.compiler.launch.sharing import GpuRequest, ahead, grant, holders, never

A, B = Device("a", "0", 1000), Device("b", "1", 1000)
UNKNOWN = Device("c", "2", None)


def job(
    ticket: int, share: int | None = None, gpus: int = 1, choice: str = "ab", granted: str = ""
) -> GpuRequest:
    return GpuRequest(ticket, f"stage{ticket}", 100 + ticket, gpus, share, tuple(choice), tuple(granted))


def names(devices: tuple[Device, ...]) -> str:
    return "".join(device.name for device in devices)


def test_a_job_without_a_share_has_its_device_alone():
    assert names(grant(job(1), [], [A, B])) == "a"
    assert names(grant(job(2), [job(1, granted="a")], [A, B])) == "b"
    assert grant(job(3), [job(1, granted="a"), job(2, granted="b")], [A, B]) == ()
    assert grant(job(3, share=1), [job(1, granted="a"), job(2, granted="b")], [A, B]) == ()
    assert grant(job(2), [job(1, share=1, granted="a")], [A]) == ()


def test_shares_fit_up_to_the_last_megabyte():
    there = [job(1, share=600, granted="a")]
    assert names(grant(job(2, share=400), there, [A])) == "a"
    assert grant(job(2, share=401), there, [A]) == ()
    assert grant(job(2, share=1), [], [UNKNOWN]) == ()


def test_a_device_with_fewer_jobs_comes_first():
    there = [job(1, share=10, granted="a")]
    assert names(grant(job(2, share=10), there, [A, B])) == "b"
    assert names(grant(job(3, share=10), [*there, job(2, share=10, granted="b")], [A, B])) == "a"


def test_several_devices_are_given_together_or_not_at_all():
    assert names(grant(job(1, gpus=2), [], [A, B])) == "ab"
    assert grant(job(2, gpus=2), [job(1, granted="b")], [A, B]) == ()


def test_whoever_came_first_is_first_even_where_a_later_job_would_fit():
    waiting = job(1, gpus=2)
    holding = job(0, granted="a")
    assert grant(job(2), [holding, waiting], [A, B]) == ()
    assert ahead(job(2), [holding, waiting]) == (waiting,)
    assert holders(job(2), [holding, waiting]) == (holding,)


def test_jobs_that_cannot_have_the_same_device_do_not_wait_for_each_other():
    waiting = job(1, choice="a")
    assert names(grant(job(2, choice="b"), [waiting, job(0, granted="a")], [B])) == "b"


@pytest.mark.parametrize(
    ("asked", "devices", "told"),
    [
        (job(1), [A], ""),
        (job(1, share=1000), [A], ""),
        (job(1, gpus=3), [A, B], "stage1 asks for 3 GPUs, and there are 2"),
        (job(1, share=1001), [A, B], "stage1 asks for 1001 MB of a GPU, and the largest has 1000"),
        (
            job(1, share=1),
            [UNKNOWN],
            "stage1 asks for a share of a GPU, and of none here the memory is known",
        ),
    ],
)
def test_what_would_never_fit_is_said(asked, devices, told):
    assert never(asked, devices) == told
