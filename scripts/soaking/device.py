"""A device in a folder: the real daemon, a virtual board under it, a service manager that watches, a bus to ask it on."""

import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from benchmarking.machine import TICKS, Failure, Processes, run
from benchmarking.peers import PrivateBus

CONFIGURATION = """
[device]
id = "soak"
product = "soak"
hardware = "a"

[[slots]]
set = "A"
image = "rootfs"
device = "{folder}/a.img"

[[slots]]
set = "B"
image = "rootfs"
device = "{folder}/b.img"

[boot]
loader = "grub"
slot-sets = ["A", "B"]
environment = "{folder}/grubenv"

[interlocks]
inhibitors = false

[paths]
state = "{folder}/state"
runtime = "{folder}/run"
root = "{folder}/root"
hardware = "{folder}/board"
kernel-command-line = "{folder}/cmdline"
watchdog = "{folder}/watchdog"

[heartbeat]
interval-seconds = {heartbeat}
jitter-seconds = {jitter}
catch-up-pause-seconds = {pause}
longest-retry-seconds = {heartbeat}

[[heartbeat.endpoints]]
name = "soak"
url = "{url}"
proxy = "none"
timeout-seconds = 5

"""


class Manager:
    """The socket of sd_notify(3): notes when the service was ready, and the longest time it gave no sign of life.

    What the whole machine stood still is taken off, as far as this very process was late by it: on a machine where nobody
    gets a processor for a minute the service is not at fault.
    """

    TICK = 0.2

    def __init__(self, path: Path, watchdog: float):
        self.watchdog = watchdog
        self.ready = threading.Event()
        self.signs = 0
        self.longest = 0.0
        self.newest: float | None = None
        self.stood_still = self.stood_still_before = 0.0
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(watchdog * 1e6))}
        threading.Thread(target=self.listen, daemon=True).start()
        threading.Thread(target=self.tick, daemon=True).start()

    def tick(self) -> None:
        """Sums how much later than asked for this process is woken."""
        while True:
            asked = time.monotonic()
            time.sleep(self.TICK)
            late = time.monotonic() - asked - self.TICK
            if late > self.TICK:
                self.stood_still += late

    def listen(self) -> None:
        while True:
            try:
                lines = self.socket.recv(4096).decode(errors="replace").split("\n")
            except OSError:
                return
            now = time.monotonic()
            if "READY=1" in lines:
                self.newest = now
                self.ready.set()
            if "WATCHDOG=1" in lines:
                self.signs += 1
                self.longest = max(self.longest, self.going_on(now))
                self.newest, self.stood_still_before = now, self.stood_still

    def going_on(self, now: float) -> float:
        """How long there has been no sign."""
        if self.newest is None:
            return 0.0
        return now - self.newest - (self.stood_still - self.stood_still_before)

    @property
    def silence(self) -> float:
        """The longest time without a sign, the one that goes on included."""
        return max(self.longest, self.going_on(time.monotonic()))

    def close(self) -> None:
        self.socket.close()


class Device:
    def __init__(self, folder: Path, programs: Path, url: str, watchdog: float, heartbeat: int = 10):
        self.folder, self.programs = folder, programs
        self.processes = Processes(folder / "daemon.log")
        self.manager = Manager(folder / "notify", watchdog)
        for part in ("state", "run", "root/usr/lib/aftercare", "board", "watchdog"):
            (folder / part).mkdir(parents=True)
        (folder / "root/usr/lib/os-release").write_text("IMAGE_VERSION=1.0.0\n")
        (folder / "cmdline").write_text("aftercare.slot=A\n")
        for slot in ("a", "b"):
            (folder / f"{slot}.img").write_bytes(bytes(4096))
        environment = "# GRUB Environment Block\nORDER=A B\nA_OK=1\nA_TRY=0\nB_OK=0\nB_TRY=0\n"
        (folder / "grubenv").write_text(environment.ljust(1024, "#"))
        run(programs / "aftercare-fleet", "pki", "init", "--folder", folder / "pki")
        # The anchors' paths in the table are relative to the configuration.
        self.configuration = folder / "pki" / "aftercare.toml"
        trust = (folder / "pki" / "trust.toml").read_text()
        # A short interval is for who wants much to happen; a long one comes with the agent's own figures.
        jitter, pause = (2, 0) if heartbeat < 60 else (60, 5)
        self.configuration.write_text(
            CONFIGURATION.format(folder=folder, url=url, heartbeat=heartbeat, jitter=jitter, pause=pause) + trust
        )
        self.bus = PrivateBus(folder)

    @property
    def plans(self) -> Path:
        return self.folder / "root/usr/lib/aftercare"

    def start(self) -> None:
        """Switches the board on and starts the daemon on it."""
        board = self.folder / "board"
        with open(self.folder / "board.log", "wb") as log:
            self.board = subprocess.Popen(
                [
                    self.programs / "aftercare-fleet", "device", "board", "--profile", self.plans / "board.toml",
                    "--root", board, "--script", self.folder / "drift.txt", "--every", "0.5",
                ], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not (self.folder / "board.log").read_text():
            if self.board.poll() is not None or time.monotonic() > deadline:
                raise Failure("the virtual board did not start")
            time.sleep(0.1)
        self.daemon = self.processes.start(
            self.programs / "aftercare", "daemon", "--config", self.configuration,
            env={**self.bus.environment, **self.manager.environment},
        )  # fmt: skip
        if not self.manager.ready.wait(60):
            raise Failure(f"the daemon was not ready: {self.log()}")

    def log(self) -> str:
        return (self.folder / "daemon.log").read_text(errors="replace")[-2000:]

    def health(self) -> dict:
        """What `aftercare health --json` says now."""
        result = subprocess.run(
            [self.programs / "aftercare", "health", "--json"], env=self.bus.environment, capture_output=True, text=True
        )
        if result.returncode not in (0, 1):
            raise Failure(f"aftercare health: {result.stderr.strip()}")
        return json.loads(result.stdout)

    def anonymous_memory(self) -> int:
        """Of the daemon, in KiB."""
        for line in Path(f"/proc/{self.daemon.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Anonymous:"):
                return int(line.split()[1])
        return 0

    def processor_seconds(self) -> float:
        """Of the daemon alone, so far."""
        fields = Path(f"/proc/{self.daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:13])) / TICKS

    def wake_ups(self) -> int:
        """How often the daemon's threads gave up the processor by themselves so far."""
        total = 0
        for task in Path(f"/proc/{self.daemon.pid}/task").iterdir():
            try:
                for line in (task / "status").read_text().splitlines():
                    if line.startswith("voluntary_ctxt_switches"):
                        total += int(line.split()[1])
            except OSError:
                pass
        return total

    def stop(self) -> None:
        """As a service manager does."""
        self.processes.stop()

    def close(self) -> None:
        self.stop()
        if hasattr(self, "board"):
            self.board.terminate()
            self.board.wait()
        self.bus.close()
        self.manager.close()
