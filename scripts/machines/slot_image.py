"""What goes into one slot: an ext4 image of a root file system with overlays, and the ways in which one can be bad."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import cache
from .commands import REPOSITORY, run
from .root_filesystem import member

SIZE = 256  # MiB
HERE = Path(__file__).resolve().parent
PRODUCT = REPOSITORY / "firmware-manifests/infusion-pump"
# The machine's own: mounts, network, the door for the driver.
MACHINE = HERE / "rootfs"
# Where others are mounted: Git keeps no empty folders, and the tar leaves /dev out.
MOUNTED = ["dev", "data", "efi", "etc/aftercare", "var/lib/aftercare"]
TIME = 1793440800  # the latest time in an image: 2026-10-31


Files = Mapping[str, bytes | None]
"""Single files of an image by their paths; None is a link to /dev/null, as systemd masks a unit."""
Damage = Callable[[Path], Files]
"""Files of a release that make it a bad one; given the kernel's overlay."""


def make(tar: Path, overlays: Sequence[Path], files: Files | None = None, *, size: int = SIZE) -> Path:
    """An image of `size` MiB: the tar, over it the folders in their order, over them single files.

    Executable is what begins with #!.
    """
    files = files or {}
    contents = [each for path in sorted(files) for each in (path, files[path] or b"\0masked")]
    tool = REPOSITORY / "scripts/ext4-image"
    name = f"slot-{size}-{cache.digest(tar.name, tool, Path(__file__), *overlays, *contents)}.ext4"

    def build(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=cache.scratch_folder()) as scratch:
            own = Path(scratch) / "files"
            for folder in MOUNTED:
                (own / folder).mkdir(parents=True, exist_ok=True)
            for path, content in files.items():
                place = own / path.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                if content is None:
                    place.symlink_to("/dev/null")
                else:
                    place.write_bytes(content)
                    place.chmod(0o755 if content.startswith(b"#!") else 0o644)
            layers = [option for folder in [*overlays, own] for option in ("--overlay", folder)]
            image = Path(scratch) / "image"
            run(tool, "--size", str(size), "--time", str(TIME), "--label", target.name, *layers, tar, image)
            run("cp", "--sparse=always", image, target)

    return cache.made(name, build)


def release(
    tar: Path, kernel: Path, version: str, files: Files | None = None, *, overlays: Sequence[Path] = ()
) -> Path:
    """The image of a release of the example product: Debian, kernel, the product's files, the machine's.

    `files` make it another one than its maker meant: see the functions below.
    """
    system = member(tar, "/usr/lib/os-release") + f"IMAGE_ID=infusion-pump\nIMAGE_VERSION={version}\n".encode()
    product = [PRODUCT / "rootfs/common", PRODUCT / "rootfs" / version]
    return make(tar, [kernel, *product, MACHINE, *overlays], {"/usr/lib/os-release": system, **(files or {})})


def garbage_kernel(kernel: Path) -> Files:
    """A kernel that is none: the loader cannot load it."""
    return {"/boot/vmlinuz": b"This is no kernel. " * 50_000}


def corrupt_payload(kernel: Path) -> Files:
    """A kernel with a good header and a damaged compressed part: it is loaded, started, and hangs as it unpacks."""
    data = bytearray((kernel / "boot/vmlinuz").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 65536] = bytes(each ^ 0x5A for each in data[middle : middle + 65536])
    return {"/boot/vmlinuz": bytes(data)}


def hanging_init(kernel: Path) -> Files:
    """A system whose first process does nothing for ever."""
    return {"/usr/sbin/init": b"#!/bin/sh\necho 'init hangs' >/dev/kmsg\nwhile :; do sleep 3600; done\n"}


def silent_agent(kernel: Path) -> Files:
    """A system that runs, without the agent that would prove it: nobody commits it."""
    return {"/etc/systemd/system/aftercare.service": None}
