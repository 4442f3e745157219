from heldout.compiler.images.progress import Silent, Transfer, counted


def test_bytes_that_go_by_are_counted(progress):
    assert list(counted([b"ab", b"c"], progress, 3)) == [b"ab", b"c"]
    assert progress.amounts == [(2, 3), (3, 3)]
    assert list(counted([b"ab"], Silent(), None)) == [b"ab"]


def test_the_layers_of_a_transfer_are_added_up(progress):
    transfer = Transfer(progress)
    for layer, status, current in (
        ("a", "Downloading", 1),
        ("b", "Downloading", 10),
        ("a", "Downloading", 5),
    ):
        detail = {"current": current, "total": 5 if layer == "a" else 20}
        transfer.heard({"id": layer, "status": status, "progressDetail": detail})
    transfer.heard({"id": "a", "status": "Extracting", "progressDetail": {"current": 1, "total": 5}})
    transfer.heard({"status": "Digest: sha256:1"})
    assert progress.amounts == [(1, 5), (11, 25), (15, 25)]
