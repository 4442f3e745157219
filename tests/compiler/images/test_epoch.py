from datetime import UTC, datetime

import pytest

from heldout.compiler.images.epoch import FIXED, EpochError, iso, source_date_epoch


def test_the_release_fixes_the_time(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert source_date_epoch() == FIXED == datetime(2026, 11, 1, tzinfo=UTC).timestamp()


def test_the_environment_goes_before(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert source_date_epoch() == 86400
    assert iso(86400) == "1970-01-02T00:00:00Z"


@pytest.mark.parametrize("text", ["now", "-1", "1.5", "9" * 20, "٣"])
def test_what_is_no_time_is_refused(monkeypatch, text):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(EpochError, match="SOURCE_DATE_EPOCH"):
        source_date_epoch()
