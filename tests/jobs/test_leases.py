from dataclasses import replace

from lesionlab.jobs.leases import Leases
from lesionlab.records.job import WorkerRecord

ONE, OTHER = WorkerRecord("one", "here", True), WorkerRecord("other", "there", False)


def test_a_worker_lives_while_its_lease_does(queue):
    queue.leases.renew(ONE)
    queue.leases.renew(OTHER)
    queue.leases.renew(ONE)
    assert queue.leases.living() == (ONE, OTHER)
    queue.leases.let_go(ONE)
    assert queue.leases.living() == (OTHER,)
    assert Leases(queue.leases.engine, seconds=0.0).living() == ()


def test_one_worker_looks_after_the_others_until_its_lease_lapses(queue):
    assert queue.leases.look_after(ONE)
    assert not queue.leases.look_after(OTHER)
    assert queue.leases.look_after(ONE)
    assert replace(queue.leases, seconds=0.0).look_after(OTHER)
    assert not queue.leases.look_after(ONE)
    queue.leases.let_go(OTHER)
    assert queue.leases.look_after(ONE)


def test_looking_after_the_others_is_no_worker(queue):
    queue.leases.look_after(ONE)
    assert queue.leases.living() == ()
