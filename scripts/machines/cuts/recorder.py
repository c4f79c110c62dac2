"""A device whose disk's writes are recorded by QEMU, and marks in the record of what somebody has been told."""

from collections.abc import Mapping
from pathlib import Path

from .. import disk_image
from ..device import Device
from ..disk_image import Layout
from ..guest import Guest
from ..virtual_machine import Hardware
from .recording import MARK
from .states import Region
from .write_log import SECTOR

# Between the partition table and the first partition: nobody's.
MARK_SECTOR = 1024


def regions(layout: Layout) -> Mapping[str, Region]:
    return {each.name: Region(each.name, each.start // SECTOR, each.size // SECTOR) for each in layout.partitions}


def logging(hardware: Hardware, log: Path) -> Hardware:
    """The same machine whose disk's writes go into `log` too."""
    log.touch()
    hardware.disk_arguments = [
        "-blockdev", f"driver=file,filename={hardware.disk},node-name=medium",
        "-blockdev", "driver=raw,file=medium,node-name=plain",
        "-blockdev", f"driver=file,filename={log},node-name=log",
        "-blockdev", "driver=blklogwrites,file=plain,log=log,log-sector-size=512,log-super-update-interval=1,node-name=disk",
    ]  # fmt: skip
    return hardware


def begin(device: Device, folder: Path) -> None:
    """From the next time it is switched on, everything is recorded; the disk as it is now is kept."""
    disk_image.copy(device.disk, folder / "base")
    logging(device.hardware, folder / "log")


def tell(guest: Guest, entries: int) -> None:
    """Notes in the record that from now on somebody knows of so many entries of the ledger.

    The note is a write of its own, which neither follows a flush nor causes one.
    """
    guest.run(
        f"printf '{MARK.decode()}%s' {entries} | dd of=/dev/vda bs={SECTOR} seek={MARK_SECTOR} count=1 conv=sync"
        " oflag=direct status=none"
    )


def leave(guest: Guest, command: str) -> None:
    """Runs a command that ends this boot, and so the door that would answer."""
    guest.run(f"(sleep 1; {command}) </dev/null >/dev/null 2>&1 &")


def switch_off(device: Device, guest: Guest) -> None:
    """In good order."""
    leave(guest, "systemctl poweroff")
    device.on.wait_off()
    device.machine = None
