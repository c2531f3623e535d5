import platform

from lesionlab.core.processes import cores
from lesionlab.study import machine as module
from lesionlab.study.machine import machine


def test_a_machine_is_told_with_its_threads():
    assert machine(1).startswith(platform.machine())
    assert machine(1).endswith(f", 1 of {cores()} cores")
    assert machine(0) == machine(cores())


def test_the_processor_is_named_where_the_system_tells(tmp_path, monkeypatch):
    told = tmp_path / "cpuinfo"
    told.write_text("processor : 0\nmodel name\t: A Fast One\n")
    monkeypatch.setattr(module, "CPUINFO", told)
    assert "A Fast One, " in machine(1)
    monkeypatch.setattr(module, "CPUINFO", tmp_path / "none")
    assert machine(1)
