from heldout.compiler.recording.finished import finished


def test_everything_is_there(compute):
    found = finished(compute())
    assert (len(found.records), found.failed, found.blocked, found.left) == (31, set(), set(), set())


def test_how_it_was_computed(compute):
    computed = finished(compute()).computed()
    assert (computed.tasks, computed.seconds, computed.cpu_seconds) == (31, 15.5, 7.75)
    assert computed.date == "2026-11-30"  # 1,796,000,000 seconds after 1970
    (where,) = computed.environments
    # The release of a kernel tells of the machine and not of the results.
    assert where.about == {"device": "cpu", "platform": "Linux x86_64", "python": "3.11.7"}
    assert where.tasks == 31


def test_what_is_to_run(compute):
    found = finished(compute("score", 5))
    assert (len(found.records), len(found.left)) == (26, 5)


def test_what_failed_is_known_from_the_done_files(compute, fail):
    workspace = compute("score", 12)
    tasks = fail(workspace, "score")
    found = finished(workspace)
    assert (found.failed, found.left) == (set(tasks), set())
    assert found.computed().failed == 12


def test_what_failed_once_and_is_there_now_has_not_failed(compute, fail):
    workspace = compute()
    fail(workspace, "score")
    assert finished(workspace).failed == set()
