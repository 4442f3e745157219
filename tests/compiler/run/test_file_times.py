import os
import time

from heldout.compiler.run.file_times import set_right


def test_what_is_of_the_future_is_of_now_and_the_rest_is_left_alone(tmp_path):
    names = ("plan/model/000.json", "plan/needs.json", "done/model/000.json", "ready/model/000")
    paths = [tmp_path / name for name in (*names, "plan/model/001.json")]
    now = time.time()
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        os.utime(path, (now + 1e6, now + 1e6))
    os.utime(paths[-1], (1e9, 1e9))
    set_right(tmp_path)
    assert all(now <= path.stat().st_mtime <= time.time() for path in paths[:-1])
    assert paths[-1].stat().st_mtime == 1e9
