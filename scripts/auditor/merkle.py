"""The tree of RFC 6962: its root as lines come, and proofs that a line is in it."""

from __future__ import annotations

import hashlib

EMPTY = hashlib.sha256(b"").digest()
NO_LINE = hashlib.sha256(b"\0").digest()


def leaf(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The roots of the complete subtrees of what was added so far, the largest first."""

    def __init__(self, size: int = 0, roots: list[bytes] | None = None) -> None:
        self.size = size
        self.roots = list(roots or [])
        if len(self.roots) != size.bit_count():
            raise ValueError(f"{len(self.roots)} roots for {size} lines")

    def add(self, root: bytes, height: int = 0) -> None:
        """Adds the next leaf, or the next complete subtree of 2^height leaves; its place must be aligned."""
        if self.size & ((1 << height) - 1):
            raise ValueError(f"a subtree of {1 << height} lines at {self.size}")
        at = self.size >> height
        while at & 1:
            root = node(self.roots.pop(), root)
            at >>= 1
        self.roots.append(root)
        self.size += 1 << height

    def fill(self, size: int, roots: list[bytes]) -> None:
        """Adds the largest aligned subtrees that fill the tree up to `size` lines, from left to right."""
        for root in roots:
            aligned = (self.size & -self.size).bit_length() - 1 if self.size else 64
            height = min(aligned, (size - self.size).bit_length() - 1)
            if height < 0:
                raise ValueError(f"too many subtrees for {size} lines")
            self.add(root, height)
        if self.size != size:
            raise ValueError(f"subtrees for {self.size} lines instead of {size}")

    @property
    def root(self) -> bytes:
        if not self.roots:
            return EMPTY
        root = self.roots[-1]
        for left in self.roots[-2::-1]:
            root = node(left, root)
        return root


def root_by_proof(index: int, size: int, root: bytes, proof: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to from the leaf `index` (from 0), or None if it has another length."""
    last = size - 1
    for step in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            root = node(step, root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = node(root, step)
        index, last = index >> 1, last >> 1
    return root if last == 0 else None
