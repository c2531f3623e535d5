import signal
import subprocess
import sys

import pytest

SCRIPT = """
import sys, time
from lesionlab.jobs.tether import leave_when_input_ends
try:
    leave_when_input_ends()
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("saved", flush=True)
    sys.exit(130)
"""


@pytest.mark.parametrize("heeded", [True, False])
def test_a_process_saves_and_leaves_when_the_one_that_began_it_is_gone(heeded):
    # What a process begun by a shell in the background would ignore.
    before = signal.signal(signal.SIGINT, signal.default_int_handler if heeded else signal.SIG_IGN)
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdin.close()
    assert process.stdout.read() == b"saved\n"
    assert process.wait(10) == 130
    process.stdout.close()


def test_one_that_does_not_listen_is_ended_after_its_grace():
    deaf = SCRIPT.replace("    leave_when", "    tether.GRACE_SECONDS = 0.1\n    leave_when")
    deaf = deaf.replace("import sys, time", "import sys, time\nfrom lesionlab.jobs import tether")
    deaf = deaf.replace("    sys.exit(130)", "    time.sleep(60)")
    process = subprocess.Popen([sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(10) == 1
    process.stdout.close()
