import pytest

from lesionlab.core.errors import RunError
from lesionlab.records.monitor import MONITOR_NAME, Alarm, Best, MonitorRecord, Ruler, read_monitor, write_monitor

RECORD = MonitorRecord(
    Ruler(("vgg19-random-0@1234/32px",), {"nv": 900, "mel": 200}, 0.001, 0.05, 2.0),
    Best(1_400, 22.4, -0.0001),
    (Alarm("KID", 1_000, 16.0, 3_000, 48.0, "KID is 0.2"),),
    stopped=True,
)


@pytest.mark.parametrize("record", [MonitorRecord(), RECORD])
def test_a_record_comes_back_as_it_was_written(tmp_path, record):
    write_monitor(tmp_path, record)
    assert read_monitor(tmp_path) == record


def test_a_run_without_one_has_none(tmp_path):
    assert read_monitor(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", '{"best": 3}', '{"unknown": 1}', "\udcff"])
def test_a_damaged_record_is_named(tmp_path, text):
    (tmp_path / MONITOR_NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RunError, match=MONITOR_NAME):
        read_monitor(tmp_path)


def test_a_ruler_counts_all_its_images():
    assert RECORD.ruler is not None
    assert RECORD.ruler.images == 1_100
