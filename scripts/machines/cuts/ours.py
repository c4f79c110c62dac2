"""Aftercare's machine: an update that is committed, and one that goes back, both recorded."""

from collections.abc import Callable
from pathlib import Path

from .. import disk_image, kernel, loaders, root_filesystem, slot_image
from ..commands import Failure
from ..device import Device
from ..guest import Guest
from ..releases import Manufacturer
from ..virtual_machine import Hardware
from ..web import WebServer
from . import partitions, recorder
from .recording import Recording

PACKAGES = "machine-cuts"
VERSIONS = ["1.0.0", "1.1.0", "1.2.0"]
ENVIRONMENT = f"/{loaders.GRUB_FOLDER}/grubenv"
# Takes every flush out of the agent, and the O_SYNC of what it opens: what a missing flush would look like.
EATMYDATA = b"[Service]\nEnvironment=LD_PRELOAD=libeatmydata.so\n"


def entries(guest: Guest) -> int:
    return len(guest.run("aftercare ledger list --json --number 100000").splitlines())


def record(folder: Path, dist: Path, *, flushes: bool, say: Callable[[str], None]) -> Recording:
    """Builds the machine from the packages in `dist`, lets it update itself twice, and gives what was recorded."""
    packages = sorted(dist.glob("aftercare_*.deb"))
    if len(packages) != 1:
        raise Failure(f"{dist} holds {len(packages)} packages of the agent: scripts/package-deb makes one")
    base = root_filesystem.base(PACKAGES)
    system = root_filesystem.with_packages(base, packages)
    core = kernel.make(base)
    own = {} if flushes else {"/etc/systemd/system/aftercare.service.d/no-flushes.conf": EATMYDATA}
    images = {each: slot_image.release(system, core.overlay, each, own) for each in VERSIONS}
    maker = Manufacturer(folder / "manufacturer", dist / "bin/aftercare-fleet")
    served = folder / "served"
    served.mkdir()
    for version in VERSIONS[1:]:
        maker.bundle(version, images[version], served / f"{version}.aftercare")
    files = maker.configuration(loader="grub", environment=f'"/efi{ENVIRONMENT}"')
    data = disk_image.folder_of(
        folder / "data", {f"configuration/{name}": content for name, content in files.items()}, ["aftercare", "cache"])
    factory = folder / "factory"
    layout = disk_image.make(
        factory, loader=loaders.grub(folder / "loader"), slot_a=images["1.0.0"], data=data)
    with WebServer(served) as server:
        hardware = lambda disk: Hardware(disk, http_port=server.port)  # noqa: E731
        with Device(folder / "device", factory, hardware) as device:
            say("first start")
            guest = device.boot().guest
            guest.run("aftercare status --wait")
            if not flushes:
                guest.run("grep -q eatmydata /proc/$(systemctl show -P MainPID aftercare.service)/maps")
            recorder.switch_off(device, guest)
            recorder.begin(device, folder)
            live(device, folder / "device.pem", say)
    digests = {version: partitions.sha256(image) for version, image in images.items()}
    return Recording(folder, "aftercare", recorder.regions(layout), ENVIRONMENT, digests)


def live(device: Device, key: Path, say: Callable[[str], None]) -> None:
    """From switching on to switching off: what is recorded."""
    guest = device.boot().guest
    key.write_text(guest.run("openssl pkey -in /var/lib/aftercare/device.key -pubout"))
    say("1.1.0 is installed")
    install(guest, "1.1.0")
    guest = device.boot().guest
    guest.run("aftercare status --wait", 900)
    recorder.tell(guest, entries(guest))
    say("1.1.0 is committed, 1.2.0 is installed")
    install(guest, "1.2.0")
    device.next_boot()  # the trial, which takes itself back
    ended = device.boot()
    ended.guest.run("aftercare status --wait", 900, status=(1,))
    recorder.tell(ended.guest, entries(ended.guest))
    if ended.version != "1.1.0":
        raise Failure(f"{ended.version} runs, and not 1.1.0")
    say("1.2.0 is rolled back")
    recorder.switch_off(device, ended.guest)


def install(guest: Guest, version: str) -> None:
    """Installs a release and lets the device restart into it."""
    guest.run(f"aftercare install --quiet --no-activate http://10.0.2.100/{version}.aftercare", 900)
    recorder.tell(guest, entries(guest))
    recorder.leave(guest, "aftercare activate")
