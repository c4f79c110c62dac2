"""The machine's disk: GPT, the loader's partition, slots A and B, and the data that both share."""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .commands import REPOSITORY, run

MiB = 1 << 20
TIME = 1793440800  # what files on the data partition are dated: 2026-10-31
DATA_SIZE = 384  # MiB
LOADER_SIZE = 33  # MiB: FAT32 with clusters of a sector needs as many
EFI_SYSTEM = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
LINUX_DATA = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"


@dataclass(frozen=True)
class Partition:
    name: str
    start: int
    size: int
    """Bytes, both."""


@dataclass(frozen=True)
class Layout:
    """Where the partitions are: `loader`, `system-A`, `system-B`, `data`, in this order."""

    slot_size: int
    """MiB."""

    @property
    def partitions(self) -> list[Partition]:
        start, found = 1, []
        sizes = {"loader": LOADER_SIZE, "system-A": self.slot_size, "system-B": self.slot_size, "data": DATA_SIZE}
        for name, size in sizes.items():
            found.append(Partition(name, start * MiB, size * MiB))
            start += size
        return found

    def __getitem__(self, name: str) -> Partition:
        return next(each for each in self.partitions if each.name == name)

    @property
    def size(self) -> int:
        last = self.partitions[-1]
        return last.start + last.size + MiB


def make(target: Path, *, loader: Path, slot_a: Path, data: Path) -> Layout:
    """Writes the disk as it leaves the factory: what is not used is a hole, slot B is empty.

    `loader` and `data` are folders: the FAT of the loader's partition and the file system of the data partition are
    made from them. `slot_a` is an image of slot_image.
    """
    layout = Layout(slot_a.stat().st_size // MiB)
    with open(target, "wb") as disk:
        disk.truncate(layout.size)
    table = ["label: gpt", "first-lba: 2048"]
    for each in layout.partitions:
        kind = EFI_SYSTEM if each.name == "loader" else LINUX_DATA
        table.append(f"start={each.start // 512}, size={each.size // 512}, type={kind}, name={each.name}")
    run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", target, input="\n".join(table) + "\n")
    with tempfile.TemporaryDirectory() as scratch:
        fat = Path(scratch) / "loader"
        make_fat(fat, loader, layout["loader"].size)
        put(target, layout["loader"], fat)
        put(target, layout["system-A"], slot_a)
        put(target, layout["data"], _data(Path(scratch), data))
    return layout


def _data(scratch: Path, folder: Path) -> Path:
    """The file system of the data partition: everything in it is root's, and it has a journal."""
    empty, image = scratch / "empty.tar", scratch / "data"
    with tarfile.open(empty, "w") as tar:
        root = tarfile.TarInfo(".")
        root.type, root.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(root)
    tool = REPOSITORY / "scripts/ext4-image"
    run(tool, "--size", str(DATA_SIZE), "--time", str(TIME), "--label", "data", "--overlay", folder, empty, image)
    # Without checksums of metadata: ext4 writes its superblock, two sectors, outside of its journal at every mount, and one
    # that was torn there would not be mounted again (docs/write-log.md).
    run("tune2fs", "-O", "has_journal,^metadata_csum", "-J", "size=8", image)
    return image


def make_fat(target: Path, folder: Path, size: int) -> None:
    """A FAT32 of `size` bytes with the content of a folder; files lie in one piece, in the order of their names."""
    with open(target, "wb") as file:
        file.truncate(size)
    run("mkfs.vfat", "-F", "32", "-s", "1", "-n", "LOADER", target)
    for path in sorted(folder.rglob("*")):
        name = "::/" + path.relative_to(folder).as_posix()
        run("mmd", "-i", target, name) if path.is_dir() else run("mcopy", "-i", target, path, name)


def put(disk: Path, partition: Partition, content: Path) -> None:
    """Writes an image into a partition, holes as holes."""
    place = ["bs=1M", f"seek={partition.start // MiB}"]
    run("dd", f"if={content}", f"of={disk}", *place, "conv=notrunc,sparse", "status=none")


def take(disk: Path, partition: Partition, target: Path) -> Path:
    """Copies a partition out of the disk of a machine that is switched off."""
    count = partition.size // MiB
    skip = partition.start // MiB
    run("dd", f"if={disk}", f"of={target}", "bs=1M", f"skip={skip}", f"count={count}", "conv=sparse", "status=none")
    return target


def copy(disk: Path, target: Path) -> Path:
    """Another machine's disk with the same content."""
    run("cp", "--sparse=always", "--reflink=auto", disk, target)
    return target


def in_fat(disk: Path, partition: Partition, path: str) -> bytes:
    """A file of the loader's partition, read while the machine is switched off."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "file"
        run("mcopy", "-n", "-i", f"{disk}@@{partition.start}", f"::{path}", target)
        return target.read_bytes()


def folder_of(target: Path, files: Mapping[str, bytes | Path], folders: Sequence[str] = ()) -> Path:
    """Lays files (bytes, or paths of files and folders to copy) out below a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name in folders:
        (target / name).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
        elif content.is_dir():
            shutil.copytree(content, place, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copyfile(content, place)
            os.chmod(place, content.stat().st_mode & 0o777)
    return target
