"""Debian's kernel for the machine, without Debian's initramfs: a small one that finds the slot or restarts."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import cache, root_filesystem
from .commands import Failure, run

HERE = Path(__file__).resolve().parent
# What the initramfs loads, in this order: whatever must be there before systemd, the watchdog among it.
FIRST = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "lpc_ich", "iTCO_wdt", "i6300esb"]
# What the running system loads when it needs it.
LATER = "virtio_net virtio_console vfat nls_cp437 nls_ascii nls_iso8859-1 loop squashfs dm_verity".split()


@dataclass(frozen=True)
class Kernel:
    """A folder that is laid over a root file system: /boot/vmlinuz, /boot/initrd.img and the modules."""

    overlay: Path

    @property
    def image(self) -> Path:
        return self.overlay / "boot/vmlinuz"

    @property
    def initramfs(self) -> Path:
        return self.overlay / "boot/initrd.img"


def make(base: Path, modules: Sequence[str] = ()) -> Kernel:
    """The newest kernel that apt on this machine knows, with a busybox from the tar `base` in its initramfs.

    `modules` are needed in the running system beside the usual ones.
    """
    package = _package()
    later = [*LATER, *modules]
    name = f"kernel-{cache.digest(package.name, base.name, Path(__file__), HERE / 'initramfs/init', *later)}"

    def build(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=cache.scratch_folder()) as scratch:
            tree = Path(scratch) / "package"
            run("dpkg-deb", "-x", package, tree)
            kernel = next(tree.glob("boot/vmlinuz-*"))
            version = kernel.name.removeprefix("vmlinuz-")
            run("depmod", "-b", tree, version)
            (target / "boot").mkdir(parents=True)
            shutil.copyfile(kernel, target / "boot/vmlinuz")
            root = target / "usr"  # the merged /usr: a /lib here would replace Debian's link
            _copy_modules(tree, version, [*FIRST, *later], root)
            run("depmod", "-b", root, version)
            _initramfs(Path(scratch), tree, version, base, target / "boot/initrd.img")

    return Kernel(cache.made(name, build))


def _package() -> Path:
    """The package of the kernel, fetched by apt once."""
    depends = run("apt-cache", "depends", "linux-image-amd64")
    found = re.search(r"Depends: (linux-image-[0-9]\S+)", depends)
    if not found:
        raise Failure("apt on this machine knows no linux-image-amd64")
    shown = run("apt-cache", "show", "--no-all-versions", found[1])
    version = re.search(r"^Version: (\S+)", shown, re.MULTILINE)
    name = f"{found[1]}_{version[1] if version else ''}.deb".replace(":", "%")

    def fetch(target: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", found[1], folder=Path(scratch))
            shutil.copyfile(next(Path(scratch).glob("*.deb")), target)

    return cache.made(name, fetch)


def _needed(tree: Path, version: str, module: str) -> list[Path]:
    """The files of a module and of all that it needs, what is needed first."""
    lines = run("modprobe", "-S", version, "-d", tree, "--show-depends", module).splitlines()
    return [Path(line.split()[1]) for line in lines if line.startswith("insmod ")]


def _copy_modules(tree: Path, version: str, modules: Sequence[str], root: Path) -> None:
    source = tree / "lib/modules" / version
    target = root / "lib/modules" / version
    for module in modules:
        for path in _needed(tree, version, module):
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    for index in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copyfile(source / index, target / index)


def _initramfs(scratch: Path, tree: Path, version: str, base: Path, target: Path) -> None:
    root = scratch / "initramfs"
    for folder in ("bin", "dev", "proc", "sys", "modules", "new"):
        (root / folder).mkdir(parents=True)
    (root / "bin/busybox").write_bytes(root_filesystem.member(base, "/usr/bin/busybox"))
    (root / "bin/busybox").chmod(0o755)
    shutil.copyfile(HERE / "initramfs/init", root / "init")
    (root / "init").chmod(0o755)
    order: list[str] = []
    for module in FIRST:
        for path in _needed(tree, version, module):
            if path.name not in order:
                order.append(path.name)
                shutil.copyfile(path, root / "modules" / path.name)
    (root / "modules/order").write_text("".join(f"{name}\n" for name in order))
    names = run("find", ".", "-print0", folder=root)
    archive = scratch / "initramfs.cpio"
    command = 'exec cpio --quiet --null -o -H newc -R 0:0 --reproducible >"$1"'
    run("sh", "-c", command, "cpio", archive, folder=root, input=names)
    run("lz4", "-q", "-l", "-f", archive, target)
