"""One device from the factory on: its disk, its logs, and the machine while it is switched on."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .commands import REPOSITORY, Failure, Restarted, run
from .guest import BOOT, Guest
from .virtual_machine import Hardware, Monitor, VirtualMachine


@dataclass(frozen=True)
class Boot:
    """What a boot came to: which slot set runs which version."""

    guest: Guest
    slot_set: str
    version: str


class Device:
    """A device whose disk left the factory; it is consumed by the device's life. `logs`: console.log, service.log."""

    def __init__(self, disk: Path, logs: Path, hardware: Hardware) -> None:
        self.logs = logs
        self.machine: VirtualMachine | None = None
        self.boots = 0
        self.disk = disk
        self.hardware = hardware
        self._since = 0

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: object) -> None:
        if self.machine:
            self.cut()
        self.disk.unlink(missing_ok=True)

    @property
    def on(self) -> VirtualMachine:
        if self.machine is None:
            raise Failure("the device is switched off")
        return self.machine

    def switch_on(self) -> None:
        self.machine = VirtualMachine(self.hardware, self.logs)
        self._since = 0

    def cut(self) -> None:
        """Cuts the power."""
        self.on.cut()
        self.machine = None

    def cut_after(self, seconds: float) -> None:
        """Cuts the power after a time; that it is counted in real seconds is the point."""
        time.sleep(seconds)
        self.cut()

    @property
    def resets(self) -> int:
        """How often the machine was reset since it was switched on, by whatever."""
        return self._monitor.count("RESET")

    @property
    def watchdog_resets(self) -> int:
        """How often the watchdog ran out since the device was switched on."""
        return self._monitor.count("WATCHDOG")

    def await_reset(self, count: int, timeout: float = BOOT) -> None:
        """Waits until there were `count` resets since the machine was switched on."""
        self._monitor.wait("RESET", count, timeout)

    @property
    def _monitor(self) -> Monitor:
        if self.on.monitor is None:
            raise Failure("the machine has no monitor")
        return self.on.monitor

    def boot(self, timeout: float = BOOT) -> Boot:
        """Switches the device on if it is off, and waits until the next system has come up and its agent is ready."""
        if self.machine is None:
            self.switch_on()
        while True:
            guest = self.next_boot(timeout)
            try:
                guest.await_agent()
                return Boot(guest, guest.slot_set, guest.version)
            except Restarted:
                continue  # it had its reasons, such as a trial that it goes on with

    def next_boot(self, timeout: float = BOOT) -> Guest:
        """Waits for the next boot that comes as far as the door, whoever caused it."""
        guest = Guest.await_boot(self.on.door, self._since, timeout)
        self._since = self.on.door.position
        self.boots += 1
        return guest

    def ledger_is_whole(self, guest: Guest) -> tuple[int, str]:
        """Verifies the ledger in the device, exports it, and has the auditor's verifier check it here.

        Returns the number of entries and what the auditor's program said.
        """
        guest.run("aftercare ledger verify")
        key, export = self.logs / "device.pem", self.logs / "ledger.jsonl"
        key.write_text(guest.run("openssl pkey -in /var/lib/aftercare/device.key -pubout"))
        export.write_text(guest.run("aftercare ledger export"))
        said = run(REPOSITORY / "scripts/verify-ledger", "--key", key, export)
        return len(entries(guest)), said.strip().splitlines()[-1]


def entries(guest: Guest) -> list[Any]:
    """The ledger of the device, oldest entry first."""
    return [json.loads(line) for line in guest.run("aftercare ledger list --json --number 100000").splitlines()]
