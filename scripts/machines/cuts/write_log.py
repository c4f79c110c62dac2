"""The log of a disk's writes as dm-log-writes defines it and QEMU's blklogwrites writes it.

A superblock, then entries in the order in which the disk did them: each one sector (of the log's own size) that says what
was done, followed by the data. Numbers are 64 bits, little-endian (drivers/md/dm-log-writes.c, block/blklogwrites.c).
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = 0x6A736677736872
SUPERBLOCK = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
SECTOR = 512
ZEROES = -1
"""Stands for the place of data that are all zero and nowhere in the log."""


class Damaged(Exception):
    """The log is not what it should be; the text is for people."""


@dataclass(frozen=True)
class Write:
    """Data that came to the disk: `count` sectors from `sector` on, found at `offset` in the log."""

    sector: int
    count: int
    offset: int

    @property
    def end(self) -> int:
        return self.sector + self.count

    def place(self, sector: int) -> int:
        """Where in the log the data of one of its sectors are."""
        return self.offset if self.offset == ZEROES else self.offset + (sector - self.sector) * SECTOR


@dataclass(frozen=True)
class Flush:
    """Everything that the disk had answered before is on its medium."""


class WriteLog:
    """A log, read in place; `with WriteLog(path) as log`."""

    def __init__(self, path: Path) -> None:
        with open(path, "rb") as file:
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, version, self.count, self._unit = SUPERBLOCK.unpack_from(self.data)
        if magic != MAGIC or version != 1:
            raise Damaged(f"'{path}' is no log of writes")
        if self._unit < SECTOR or self._unit & (self._unit - 1):
            raise Damaged(f"'{path}' has sectors of {self._unit} bytes")

    def __enter__(self) -> "WriteLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.data.close()

    def __iter__(self) -> Iterator[Write | Flush]:
        position = self._unit
        scale = self._unit // SECTOR
        for number in range(self.count):
            if position + self._unit > len(self.data):
                raise Damaged(f"the log ends before entry {number} of {self.count}")
            sector, count, flags, length = ENTRY.unpack_from(self.data, position)
            position += self._unit
            if flags & MARK:
                position += -(-length // self._unit) * self._unit
                continue
            if flags & FUA:
                raise Damaged(f"entry {number} is to be on the medium before others are: that is not judged here")
            # A flush that comes with a write is done before it.
            if flags & FLUSH:
                yield Flush()
            if not count:
                continue
            if flags & DISCARD:
                yield Write(sector * scale, count * scale, ZEROES)
                continue
            if position + count * self._unit > len(self.data):
                raise Damaged(f"the log ends within entry {number} of {self.count}")
            yield Write(sector * scale, count * scale, position)
            position += count * self._unit
