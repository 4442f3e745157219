import gzip
import hashlib
import io
import json
import tarfile

import pytest

from heldout.compiler.images.normalise import ArchiveError, config_bytes, normalise

EPOCH = 86400


@pytest.fixture
def base(fake_docker):
    return fake_docker.tar_of({"bin/sh": b"a shell"}, 7)


def built(fake_docker, base, now, order=1):
    """An image as two engines might have built it from the same inputs."""
    files = dict([("opt/a", b"1"), ("opt/b", b"2"), ("opt/__pycache__/c.pyc", b"%d" % now)][::order])
    image = fake_docker.stored([base, fake_docker.tar_of(files, now)], {"k": "v"}, created=str(now))
    return image


def run(tmp_path, archive, base_layers, **more):
    (tmp_path / "saved.tar").write_bytes(archive)
    options = {"name": "cpu", "tag": "heldout/cpu:1", "epoch": EPOCH, **more}
    made = normalise(tmp_path / "saved.tar", tmp_path / "plain.tar", base_layers, **options)
    return made, (tmp_path / "plain.tar").read_bytes()


def test_what_was_built_at_two_times_in_two_orders_becomes_one_image(tmp_path, fake_docker, base):
    diff_ids = [fake_docker.sha256(base)]
    archives = [fake_docker.archive_of(built(fake_docker, base, *how)) for how in ((100, 1), (200, -1))]
    assert archives[0] != archives[1]
    (one, first), (two, second) = (run(tmp_path, each, diff_ids) for each in archives)
    assert one == two
    assert first == second
    other, _ = run(tmp_path, archives[0], diff_ids, epoch=EPOCH + 1)
    assert other.image_id != one.image_id


def test_the_base_stays_as_it_was_to_the_byte(tmp_path, fake_docker, base):
    image = built(fake_docker, base, 100)
    made, archive = run(tmp_path, fake_docker.archive_of(image), [fake_docker.sha256(base)])
    assert made.diff_ids[0] == fake_docker.sha256(base)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        (entry,) = json.load(tar.extractfile("manifest.json"))
        layers = [tar.extractfile(name).read() for name in entry["Layers"]]
        config = tar.extractfile(entry["Config"]).read()
    assert layers[0] == base
    assert [fake_docker.sha256(each) for each in layers] == list(made.diff_ids)
    assert made.image_id == "sha256:" + hashlib.sha256(config).hexdigest()
    assert entry["RepoTags"] == ["heldout/cpu:1"]
    with tarfile.open(fileobj=io.BytesIO(layers[1])) as tar:
        assert {m.name: m.mtime for m in tar} == {"opt/a": EPOCH, "opt/b": EPOCH}


def test_an_engine_takes_the_result(tmp_path, fake_docker, docker, base):
    image = built(fake_docker, base, 100)
    made, archive = run(tmp_path, fake_docker.archive_of(image), [fake_docker.sha256(base)])
    assert docker.load(archive).id == made.image_id  # which computes every digest anew


def test_compressed_and_linked_layers_are_read(tmp_path, fake_docker, base):
    layer = fake_docker.tar_of({"opt/a": b"1"}, 100)
    image = fake_docker.stored([base, layer, layer])
    plain = fake_docker.archive_of(image)
    config = f"{image.id.removeprefix('sha256:')}.json"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        packed = gzip.compress(base)
        manifest = [{"Config": config, "RepoTags": [], "Layers": ["0.gz", "1/layer.tar", "2/layer.tar"]}]
        files = {
            "0.gz": packed,
            "1/layer.tar": layer,
            config: image.config,
            "manifest.json": json.dumps(manifest).encode(),
        }
        link = tarfile.TarInfo("2/layer.tar")
        link.type, link.linkname = tarfile.SYMTYPE, "../1/layer.tar"
        tar.addfile(link)
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    diff_ids = [fake_docker.sha256(base)]
    assert run(tmp_path, out.getvalue(), diff_ids) == run(tmp_path, plain, diff_ids)


def test_an_image_on_another_base_is_refused(tmp_path, fake_docker, base):
    archive = fake_docker.archive_of(built(fake_docker, base, 100))
    with pytest.raises(ArchiveError, match="does not begin with the layers of its base"):
        run(tmp_path, archive, ["sha256:other"])


@pytest.mark.parametrize("missing", ["manifest.json", "1/layer.tar"])
def test_an_archive_that_lacks_something_is_refused(tmp_path, fake_docker, base, missing):
    archive = fake_docker.archive_of(built(fake_docker, base, 100))
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar if m.name != missing}
    with pytest.raises(ArchiveError, match=missing):
        run(tmp_path, fake_docker.tar_of(files), [fake_docker.sha256(base)])


def test_the_configuration_says_how_it_runs_and_not_how_it_was_made():
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": "now",
        "container": "1234",
        "container_config": {"Hostname": "1234"},
        "docker_version": "20",
        "config": {"Env": ["B=1", "A=2"], "User": "1000:1000", "Hostname": "1234", "Image": "sha256:1"},
        "history": [
            {"created": "then", "created_by": "base"},
            {"created": "now", "created_by": "ENV", "empty_layer": True},
            {"created": "now", "created_by": "COPY dir:1234"},
        ],
    }
    content = json.loads(config_bytes(config, ["sha256:1", "sha256:2"], 1, "cpu", EPOCH))
    assert content == {
        "architecture": "amd64",
        "os": "linux",
        "created": "1970-01-02T00:00:00Z",
        "config": {"Env": ["A=2", "B=1"], "User": "1000:1000"},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:1", "sha256:2"]},
        "history": [
            {"created": "then", "created_by": "base"},
            {"created": "1970-01-02T00:00:00Z", "created_by": "heldout image build cpu"},
        ],
    }


def test_a_label_of_the_engine_goes():
    config = {"os": "linux", "config": {"Labels": {"io.buildah.version": "1.28", "k": "v"}}}
    content = json.loads(config_bytes(config, [], 0, "cpu", EPOCH))
    assert content["config"]["Labels"] == {"k": "v"}


def test_a_history_that_an_engine_lost_is_made_up_by_number():
    config = {"architecture": "amd64", "os": "linux", "config": {}, "history": []}
    content = json.loads(config_bytes(config, ["sha256:1", "sha256:2"], 1, "cpu", EPOCH))
    assert [each["created_by"] for each in content["history"]] == ["base", "heldout image build cpu"]
