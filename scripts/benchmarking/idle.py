"""What the agent costs while nothing is to be done: the shipped configuration on virtual boards of several sizes."""

import os
import re
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from soaking import board
from soaking.device import Device
from soaking.receiver import Receiver

from .aftercare import PROGRAMS, PROJECT
from .machine import Failure

PUMP = PROJECT / "firmware-manifests/infusion-pump/rootfs/common/usr/lib/aftercare"

WATCHDOG = 30.0
"""Seconds, as systemd/aftercare.service has them."""

HEARTBEAT = 900
"""Seconds between heartbeats, as the agent has them where its configuration says nothing."""

SETTLING = 20
"""Seconds after the start that are not measured."""


@dataclass
class Case:
    """A board, how it is judged, and whether its values move."""

    name: str
    profile: str
    plan: str
    drift: str
    limit: float
    """Seconds between readings."""


def cases() -> list[Case]:
    plan, count = re.subn(r"(?m)^interval = .*$", "interval = 60", (PUMP / "health.toml").read_text())
    if count != 1:
        raise Failure(f"{PUMP}/health.toml does not say one interval")
    pump = Case("infusion pump, 13 indicators at 60 s", (PUMP / "board.toml").read_text(), plan, "", 60)
    racks = [
        Case(f"{sensors:,} sensors at {interval} s", board.profile(sensors), board.plan(interval),
             board.drift(sensors, 0, 0, 1), interval)
        for sensors, interval in ((50, 60), (1000, 1))
    ]  # fmt: skip
    return [pump, *racks]


class WakeUps:
    """Counts how often the threads of a process gave up the processor by themselves, those that end included.

    A thread takes its count with it, so all are looked at twice a second; what was missed is known at the end.
    """

    def __init__(self, pid: int):
        self.pid = pid
        self.counts: dict[int, int] = {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self) -> None:
        while not self.over.wait(0.5):
            self.look()

    def look(self) -> int:
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                for line in (task / "status").read_text().splitlines():
                    if line.startswith("voluntary_ctxt_switches"):
                        self.counts[int(task.name)] = int(line.split()[1])
            except OSError:
                pass
        return sum(self.counts.values())

    def close(self) -> None:
        self.over.set()
        self.thread.join()


class Idle:
    """One case, running."""

    def __init__(self, case: Case, folder: Path, receiver: Receiver):
        self.case, self.receiver = case, receiver
        # A program of its own: what two processes map of one file is not counted as private memory of either.
        programs = folder / "bin"
        programs.mkdir()
        shutil.copy(PROGRAMS / "aftercare", programs)
        (programs / "aftercare-fleet").symlink_to(PROGRAMS / "aftercare-fleet")
        self.device = Device(folder, programs, receiver.url, WATCHDOG, heartbeat=HEARTBEAT)
        (self.device.plans / "board.toml").write_text(case.profile)
        (self.device.plans / "health.toml").write_text(case.plan)
        (folder / "drift.txt").write_text(case.drift)
        self.device.start()
        self.wake_ups = WakeUps(self.device.daemon.pid)

    def begin(self) -> None:
        self.begun, self.woken = time.monotonic(), self.wake_ups.look()
        self.used, self.requests = self.device.processor_seconds(), self.receiver.requests

    def end(self) -> dict:
        """The figures since `begin`; ends the daemon."""
        seconds = time.monotonic() - self.begun
        woken, used = self.wake_ups.look() - self.woken, self.device.processor_seconds() - self.used
        memory, requests = self.device.processes.memory(), self.receiver.requests - self.requests
        indicators = self.device.health()["indicators"]
        oldest = max((one.get("age-seconds", float("inf")) for one in indicators), default=0)
        if oldest > self.case.limit + 5:
            raise Failure(f"{self.case.name}: the oldest reading is {oldest:.0f} s old")
        if any(one["quality"] not in ("good", "stale") for one in indicators):
            raise Failure(f"{self.case.name}: not every indicator could be read")
        self.wake_ups.look()
        self.wake_ups.close()
        self.device.daemon.terminate()
        _, _, whole = os.wait4(self.device.daemon.pid, 0)
        self.device.processes.running.remove(self.device.daemon)
        return {
            "name": self.case.name, "seconds": round(seconds), "indicators": len(indicators), "heartbeats": requests,
            "signs_of_life": self.device.manager.signs, "wake_ups_a_minute": woken / seconds * 60,
            "processor_seconds_an_hour": used / seconds * 3600, "private": memory.private,
            "anonymous": memory.anonymous, "wake_ups_missed": whole.ru_nvcsw - sum(self.wake_ups.counts.values()),
        }  # fmt: skip

    def close(self) -> None:
        self.wake_ups.close()
        self.device.close()


def measure_idle(minutes: float) -> list[dict]:
    """All cases at the same time, each with a daemon, a board and a receiver of its own."""
    # Short: the path of a socket has room for 100 bytes.
    folder = Path(tempfile.mkdtemp(prefix="idle.", dir="/tmp"))
    receivers: list[Receiver] = []
    running: list[Idle] = []
    try:
        for number, case in enumerate(cases()):
            (folder / str(number)).mkdir()
            receivers.append(Receiver())
            running.append(Idle(case, folder / str(number), receivers[-1]))
        time.sleep(SETTLING)
        for idle in running:
            idle.begin()
        time.sleep(minutes * 60)
        return [idle.end() for idle in running]
    finally:
        for part in running + receivers:
            part.close()
        shutil.rmtree(folder, ignore_errors=True)
