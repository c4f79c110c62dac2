"""The files of a package, laid out as its install list says."""

import gzip
import hashlib
import os
from pathlib import Path

from .version import Failure


def compressed(data: bytes) -> bytes:
    """As `gzip -9n` has it: no name, no time."""
    return gzip.compress(data, 9, mtime=0)


def write(file: Path, data: bytes, executable: bool = False) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(0o755 if executable else 0o644)


def lay_out(project: Path, dist: Path, install_list: Path, root: Path) -> None:
    """Copies what the list names below the root; a line that matches nothing fails."""
    for line in install_list.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern, folder, *name = line.split()
        base, below = (dist, pattern[5:]) if pattern.startswith("dist/") else (project, pattern)
        sources = sorted(base.glob(below))
        if not sources:
            raise Failure(f"{install_list.name}: nothing matches '{pattern}'")
        for source in sources:
            place = root / folder / (name[0] if name else source.name)
            if "/man/" in f"/{folder}/":
                write(place.with_name(place.name + ".gz"), compressed(source.read_bytes()))
            else:
                write(place, source.read_bytes(), executable=os.access(source, os.X_OK))


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and "DEBIAN" not in path.parts)


def checksums(root: Path) -> str:
    """The list by which `dpkg --verify` checks; configuration files are dpkg's own."""
    packaged = [path for path in files(root) if path.relative_to(root).parts[0] != "etc"]
    return "".join(f"{hashlib.md5(p.read_bytes()).hexdigest()}  {p.relative_to(root)}\n" for p in packaged)


def conffiles(root: Path) -> str:
    return "".join(f"/{path.relative_to(root)}\n" for path in files(root) if path.relative_to(root).parts[0] == "etc")


def installed_size(root: Path) -> int:
    """In KiB, each file and folder rounded up, as deb-control(5) says."""
    return sum(-(-path.stat().st_size // 1024) if path.is_file() else 1 for path in root.rglob("*"))


def normalise(root: Path, seconds: int) -> None:
    """Modes of folders, and every time: the archive tells nothing of the machine that made it."""
    for path in [root, *root.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
        os.utime(path, (seconds, seconds))
