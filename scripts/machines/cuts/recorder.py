"""A device whose disk's writes are recorded by QEMU, and notes in the record of what somebody has been told."""

from collections.abc import Callable, Mapping
from pathlib import Path

from .. import disk_image
from ..device import Device, entries
from ..disk_image import Layout
from ..guest import Guest
from ..virtual_machine import Hardware
from .recording import MARK
from .states import Region
from .write_log import SECTOR

BOOT = 900
"""Seconds that a boot may take here: nobody waits for this one, and the host may be busy."""
# Between the partition table and the first partition: nobody's.
MARK_SECTOR = 1024


def regions(layout: Layout) -> Mapping[str, Region]:
    return {each.name: Region(each.name, each.start // SECTOR, each.size // SECTOR) for each in layout.partitions}


def begin(factory: Path, folder: Path, hardware: Callable[[Path], Hardware], prepare: Callable[[Device], None]) -> Device:
    """A device whose first start is over and that is switched off: from its next start on everything is recorded.

    `prepare` is that first start, which ends with the device switched off.
    """
    disk, log = folder / "disk", folder / "log"
    device = Device(factory, folder / "first", hardware(factory))
    prepare(device)
    disk_image.copy(factory, folder / "base")
    factory.rename(disk)
    log.touch()
    recorded = hardware(disk)
    recorded.disk_arguments = [
        "-blockdev", f"driver=file,filename={disk},node-name=medium",
        "-blockdev", "driver=raw,file=medium,node-name=plain",
        "-blockdev", f"driver=file,filename={log},node-name=log",
        "-blockdev", "driver=blklogwrites,file=plain,log=log,log-sector-size=512,log-super-update-interval=1,node-name=disk",
    ]  # fmt: skip
    return Device(disk, folder / "recorded", recorded)


def ask(guest: Guest, command: str, timeout: float, status: int = 0) -> None:
    """Runs a command whose answer is a promise: notes in the record at once that it was given, and then what it means.

    That is all entries that the ledger has by then. A note is a write of its own, which neither follows a flush nor
    causes one.
    """
    guest.run(f"{command}; [ $? = {status} ] && {note()}", timeout)
    guest.run(note(len(entries(guest))))


def note(count: int | None = None) -> str:
    """The command that writes a note."""
    text = MARK.decode() + ("" if count is None else str(count))
    return f"printf '{text}' | dd of=/dev/vda bs={SECTOR} seek={MARK_SECTOR} count=1 conv=sync oflag=direct status=none"


def switch_off(device: Device, guest: Guest) -> None:
    """In good order."""
    guest.tell("systemctl poweroff")
    device.on.wait_off(BOOT)
    device.machine = None
