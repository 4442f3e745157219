"""What an engine is told of the GPUs that a job was given."""

from heldout.compiler.launch.container_gpus import CDI_GPU, DOCKER_GPUS, filled
from heldout.compiler.launch.devices import Device


def test_a_container_engine_is_told_of_the_devices():
    devices = (Device("GPU-aa", "0", 1), Device("GPU-bb", "1", 1))
    docker = ["docker", "run", DOCKER_GPUS, "image", "{gpus}"]
    assert filled(docker, devices) == ["docker", "run", '--gpus="device=GPU-aa,GPU-bb"', "image", "{gpus}"]
    assert filled(docker, ()) == ["docker", "run", "image", "{gpus}"]
    podman = ["podman", "run", CDI_GPU, "image"]
    assert filled(podman, devices) == [
        "podman", "run", "--device=nvidia.com/gpu=0", "--device=nvidia.com/gpu=1", "image",
    ]  # fmt: skip
