"""Aftercare's machine: an update that is committed, and one that goes back, both recorded."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .. import cache, disk_image, kernel, root_filesystem, slot_image
from ..bench import GRUB
from ..commands import Failure, run
from ..device import Device
from ..guest import Guest
from ..loaders import GRUB_FOLDER
from ..releases import Manufacturer
from ..web import WebServer
from . import partitions, recorder
from .recorder import BOOT
from .recording import Recording

VERSIONS = ["1.0.0", "1.1.0", "1.2.0"]
ENVIRONMENT = f"/{GRUB_FOLDER}/grubenv"
# Takes every flush out of the agent, and the O_SYNC of what it opens: what a missing flush would look like. The file
# system flushes by itself after five seconds; here it does not do the agent's work.
NO_FLUSHES = {
    "/etc/systemd/system/aftercare.service.d/no-flushes.conf": b"[Service]\nEnvironment=LD_PRELOAD=libeatmydata.so\n",
    "/etc/fstab": (slot_image.MACHINE / "etc/fstab").read_bytes().replace(b"errors=panic", b"errors=panic,commit=300"),
}
LONG = 1800


def record(folder: Path, dist: Path, *, flushes: bool, say: Callable[[str], None]) -> Recording:
    """Builds the machine from the packages in `dist`, lets it update itself twice, and gives what was recorded."""
    packages = sorted(dist.glob("aftercare_*.deb"))
    if len(packages) != 1:
        raise Failure(f"'{dist}' holds {len(packages)} packages of the agent: scripts/package-deb makes one")
    base = root_filesystem.base()
    system = root_filesystem.with_packages(base, packages if flushes else [*packages, _eatmydata()])
    core = kernel.make(base)
    images = {each: slot_image.release(system, core.overlay, each, {} if flushes else NO_FLUSHES) for each in VERSIONS}
    maker = Manufacturer(folder / "manufacturer", dist / "bin/aftercare-fleet")
    served = folder / "served"
    served.mkdir()
    for version in VERSIONS[1:]:
        maker.bundle(version, images[version], served / f"{version}.aftercare")
    files = maker.configuration(loader=GRUB.configuration, environment=GRUB.environment)
    data = disk_image.folder_of(
        folder / "data", {f"configuration/{name}": content for name, content in files.items()}, ["aftercare", "cache"])
    factory = folder / "factory"
    layout = disk_image.make(factory, loader=GRUB.prepare(folder / "loader"), slot_a=images["1.0.0"], data=data)

    def first_start(device: Device) -> None:
        say("first start")
        guest = device.boot(BOOT).guest
        guest.run("aftercare status --wait", BOOT)
        if not flushes:
            guest.run("grep -q eatmydata /proc/$(systemctl show -P MainPID aftercare.service)/maps")
        recorder.switch_off(device, guest)

    with WebServer(served) as server:
        with recorder.begin(factory, folder, lambda disk: GRUB.hardware(disk, server.port), first_start) as device:
            live(device, folder / "device.pem", say)
    digests = {version: partitions.sha256(image) for version, image in images.items()}
    return Recording(folder, "aftercare", recorder.regions(layout), ENVIRONMENT, digests)


def live(device: Device, key: Path, say: Callable[[str], None]) -> None:
    """From switching on to switching off: what is recorded."""
    guest = device.boot(BOOT).guest
    key.write_text(guest.run("openssl pkey -in /var/lib/aftercare/device.key -pubout"))
    say("1.1.0 is installed")
    install(guest, "1.1.0")
    guest = device.boot(BOOT).guest
    recorder.ask(guest, "aftercare status --wait", LONG)
    say("1.1.0 is committed, 1.2.0 is installed")
    install(guest, "1.2.0")
    device.next_boot(BOOT)  # the trial, which takes itself back
    ended = device.boot(BOOT)
    recorder.ask(ended.guest, "aftercare status --wait", LONG, status=1)
    if ended.version != "1.1.0":
        raise Failure(f"{ended.version} runs, and not 1.1.0")
    say("1.2.0 was rolled back")
    recorder.switch_off(device, ended.guest)


def install(guest: Guest, version: str) -> None:
    """Installs a release and lets the device restart into it."""
    recorder.ask(guest, f"aftercare install --quiet --no-activate http://10.0.2.100/{version}.aftercare", LONG)
    guest.tell("aftercare activate")


def _eatmydata() -> Path:
    """Debian's package of the library that makes flushes do nothing, fetched by apt once."""

    def fetch(target: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", "libeatmydata1", folder=Path(scratch))
            shutil.copyfile(next(Path(scratch).glob("*.deb")), target)

    return cache.made("libeatmydata1.deb", fetch)
