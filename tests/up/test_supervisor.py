"""The supervisor, on real processes that do little."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from backend.config import ConfigError
from backend.up import run
from backend.up.parts import Private
from backend.up.supervisor import Part, PartFailed, Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
# Writes its name to a file when told to stop, so that the order of stopping can be read.
TELLS = (
    "import signal, sys, time; signal.signal(15, lambda *a: (open('{0}', 'a').write('{1} '), sys.exit()));"
    "print('up', flush=True); time.sleep(600)"
)


def run_until(supervisor: Supervisor, done) -> None:
    """Run the supervisor in this thread; another one stops it as soon as `done()` (or after a minute)."""

    def watch() -> None:
        end = time.monotonic() + 60
        while not done() and time.monotonic() < end:
            time.sleep(0.05)
        supervisor.stop()

    watcher = threading.Thread(target=watch)
    watcher.start()
    supervisor.run(lambda: None)
    watcher.join()


def test_servers_start_in_order_and_stop_last_one_first(tmp_path):
    told = tmp_path / "told"

    def part(name: str) -> Part:
        log = tmp_path / "logs" / f"{name}.log"
        return Part(name, (sys.executable, "-c", TELLS.format(told, name)), ready=lambda: "up" in log.read_text())

    steps = []
    supervisor = Supervisor(
        [part("first"), part("second"), part("third")], tmp_path / "logs", {"third": lambda: steps.append("migrated")}
    )
    run_until(supervisor, lambda: len(supervisor.pids()) == 3 and steps and supervisor.is_ready)

    assert told.read_text().split() == ["third", "second", "first"]
    assert steps == ["migrated"]


def test_a_killed_part_is_started_again(tmp_path):
    supervisor = Supervisor([Part("sleeper", SLEEP, ready=lambda: True)], tmp_path, {})
    pids = []

    def killed_and_back() -> bool:
        pid = supervisor.pids().get("sleeper")
        if pid and pid not in pids:
            pids.append(pid)
            if len(pids) < 3:
                os.kill(pid, signal.SIGKILL)
        return len(pids) == 3

    run_until(supervisor, killed_and_back)

    assert len(set(pids)) == 3
    assert not psutil.pid_exists(pids[-1])


def test_a_part_nobody_waits_for_weighs_less_as_a_process_and_as_a_session(tmp_path):
    supervisor = Supervisor([Part("sleeper", SLEEP, ready=lambda: True, nice=3)], tmp_path, {})
    seen = []

    def looked() -> bool:
        for pid in supervisor.pids().values():
            group = Path(f"/proc/{pid}/autogroup")
            seen.append((os.getpriority(os.PRIO_PROCESS, pid), group.read_text() if group.exists() else ""))
        return bool(seen)

    run_until(supervisor, looked)

    nice, group = seen[-1]
    assert nice == os.getpriority(os.PRIO_PROCESS, 0) + 3
    assert not group or group.split()[-1] == str(nice)


def test_a_part_that_dies_while_starting_is_named_with_its_log(tmp_path):
    supervisor = Supervisor(
        [
            Part("healthy", SLEEP, ready=lambda: True),
            Part("broken", (sys.executable, "-c", "1/0"), ready=lambda: False),
        ],
        tmp_path,
        {"broken": lambda: None},
    )

    with pytest.raises(PartFailed, match=r"broken ended while starting.*broken\.log"):
        supervisor.run(lambda: pytest.fail("must not be ready"))

    assert supervisor.pids() == {}
    assert "ZeroDivisionError" in (tmp_path / "broken.log").read_text()


def test_a_part_ends_when_its_supervisor_is_killed(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom backend.up.supervisor import Part, Supervisor\n"
        f"part = Part('sleeper', {SLEEP!r}, ready=lambda: True)\n"
        f"s = Supervisor([part], Path({str(tmp_path)!r}), {{}})\n"
        "s.run(lambda: print(s.pids()['sleeper'], flush=True))\n"
    )
    with psutil.Popen([sys.executable, "-c", script], stdout=-1, text=True, cwd=Path.cwd()) as supervisor:
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()

    child.wait(timeout=20)


def test_only_one_up_may_hold_a_data_folder(tmp_path):
    with run.only_one(tmp_path), pytest.raises(ConfigError, match="running with"), run.only_one(tmp_path):
        pytest.fail("two held the folder")


def test_ports_and_passwords_are_remembered_but_a_taken_port_is_not():
    first = Private.load({})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first.redis_port))
        taken.listen()
        second = Private.load(first.as_dict())

    assert second.redis_port != first.redis_port
    assert second.postgres_port == first.postgres_port
    assert (second.secret_key, second.owner_password) == (first.secret_key, first.owner_password)
