"""RAUC's machine: the same disk and the same images, updated by RAUC of Debian 12 with its integration of GRUB."""

from collections.abc import Callable
from pathlib import Path

from .. import disk_image, kernel, loaders, root_filesystem, slot_image
from ..bench import PATIENT
from ..commands import run
from ..device import Device
from ..guest import Guest
from ..virtual_machine import Hardware
from . import partitions, recorder
from .ours import ENVIRONMENT, LONG, VERSIONS
from .recorder import BOOT
from .recording import Recording

SYSTEM = f"""[system]
compatible=infusion-pump
bootloader=grub
grubenv=/efi{ENVIRONMENT}
mountprefix=/run/rauc
statusfile=/data/rauc.status

[keyring]
path=/etc/rauc/authority.pem

[slot.rootfs.0]
device=/dev/disk/by-partlabel/system-A
type=raw
bootname=A

[slot.rootfs.1]
device=/dev/disk/by-partlabel/system-B
type=raw
bootname=B
"""
MANIFEST = """[update]
compatible=infusion-pump
version={version}

[bundle]
format=plain

[image.rootfs]
filename=rootfs.img
"""


def record(folder: Path, say: Callable[[str], None]) -> Recording:
    """Builds the machine, lets it update itself twice, and gives what was recorded."""
    certificate, secret = folder / "authority.pem", folder / "authority.key"
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=sweep",
        "-keyout", secret, "-out", certificate)
    system = root_filesystem.base("machine-rauc")
    core = kernel.make(system)
    own = {
        "/etc/rauc/system.conf": SYSTEM.encode(),
        "/etc/rauc/authority.pem": certificate.read_bytes(),
        "/etc/modules-load.d/rauc.conf": b"loop\nsquashfs\n",
    }
    images = {each: slot_image.release(system, core.overlay, each, own) for each in VERSIONS}
    bundles: dict[str, bytes | Path] = {}
    for version in VERSIONS[1:]:
        source = folder / version
        source.mkdir()
        (source / "rootfs.img").hardlink_to(disk_image.copy(images[version], folder / f"{version}.img"))
        (source / "manifest.raucm").write_text(MANIFEST.format(version=version))
        bundle = folder / f"{version}.raucb"
        quick = "--mksquashfs-args=-comp zstd -Xcompression-level 1"
        run("rauc", "bundle", f"--cert={certificate}", f"--key={secret}", quick, source, bundle)
        bundles[f"{version}.raucb"] = bundle
    data = disk_image.folder_of(folder / "data", bundles, ["aftercare", "cache", "configuration"])
    factory = folder / "factory"
    layout = disk_image.make(factory, loader=loader(folder / "loader"), slot_a=images["1.0.0"], data=data)

    def first_start(device: Device) -> None:
        say("first start")
        recorder.switch_off(device, next_start(device))

    with recorder.begin(factory, folder, Hardware, first_start) as device:
        live(device, say)
    digests = {version: partitions.sha256(image) for version, image in images.items()}
    return Recording(folder, "rauc", recorder.regions(layout), ENVIRONMENT, digests)


def loader(target: Path) -> Path:
    """The loader's partition with RAUC's script in place of ours, and the variables that it knows."""
    folder = loaders.grub(target, watchdog=PATIENT) / loaders.GRUB_FOLDER
    (folder / "grub.cfg").write_bytes(Path(__file__).with_name("rauc-grub.cfg").read_bytes())
    run("grub-editenv", folder / "grubenv", "create")
    run("grub-editenv", folder / "grubenv", "set", "ORDER=A B", "A_OK=1", "A_TRY=0", "B_OK=0", "B_TRY=0")
    return target


def live(device: Device, say: Callable[[str], None]) -> None:
    """From switching on to switching off: one update that is kept, and one that is left."""
    guest = next_start(device)
    for version, verdict in (("1.1.0", "mark-good"), ("1.2.0", "mark-bad")):
        say(f"{version} is installed")
        guest.run(f"rauc install /data/{version}.raucb", LONG)
        guest.tell("systemctl reboot")
        guest = device.next_boot(BOOT)
        guest.run("systemctl is-system-running --wait", BOOT, status=(0, 1))
        guest.run(f"rauc status {verdict}")
    guest.tell("systemctl reboot")
    say("1.2.0 is left")
    recorder.switch_off(device, next_start(device))


def next_start(device: Device) -> Guest:
    """A start of the system that stays: as RAUC's service for it does, it is marked good."""
    if device.machine is None:
        device.switch_on()
    guest = device.next_boot(BOOT)
    guest.run("systemctl is-system-running --wait", BOOT, status=(0, 1))
    guest.run("rauc status mark-good")
    return guest
