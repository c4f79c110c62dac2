"""Files that are made once and found again by what they were made from."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

KEPT_DAYS = 14


def root() -> Path:
    """The folder of the cache: AFTERCARE_CACHE, or ~/.cache/aftercare, as for the other scripts."""
    if named := os.environ.get("AFTERCARE_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aftercare"


def scratch_folder() -> Path | None:
    """Where a tree is unpacked: memory, where there is room, as packages are unpacked file by file."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 3 << 30:
        return memory
    return None


def digest(*inputs: object) -> str:
    """A name for what is made from `inputs`: texts and bytes as they are, files by content, folders by their trees."""
    total = hashlib.sha256()

    def add(kind: bytes, data: bytes) -> None:
        total.update(kind + len(data).to_bytes(8, "little") + data)

    for each in inputs:
        if isinstance(each, Path) and each.is_dir():
            for path in sorted(each.rglob("*")):
                add(b"name", str(path.relative_to(each)).encode())
                if path.is_symlink():
                    add(b"link", os.readlink(path).encode())
                elif path.is_file():
                    add(b"mode", oct(path.stat().st_mode & 0o111).encode())
                    add(b"file", path.read_bytes())
        elif isinstance(each, Path):
            add(b"file", each.read_bytes())
        elif isinstance(each, bytes):
            add(b"data", each)
        else:
            add(b"text", str(each).encode())
    return total.hexdigest()[:16]


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The file or folder `name` of the cache, made by `make` at the path it is given unless it is there already.

    One process makes, the others wait; what was not finished is never found. What nobody asked for in two weeks goes.
    """
    folder = root() / "machines"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    with open(folder / f".{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
                partial = Path(scratch) / "made"
                make(partial)
                partial.rename(target)
        os.utime(target)
    _forget(folder)
    return target


def _forget(folder: Path) -> None:
    limit = time.time() - KEPT_DAYS * 86400
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < limit:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            continue  # another process was first
