"""DER (ITU-T X.690 §10): one spelling for every value, read as a tree of slices of the bytes."""

from __future__ import annotations

import base64
import calendar
import re
import time
from dataclasses import dataclass
from functools import cached_property

from .report import Refused

INTEGER, OCTETS, NULL, OID, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
BITS, BOOLEAN, UTC_TIME, LONG_TIME = 0x03, 0x01, 0x17, 0x18
DEPTH = 24


def malformed(offset: int, why: str) -> Refused:
    return Refused("AC-2111", f"the encoding is malformed at byte {offset}: {why}")


def not_der(offset: int, why: str) -> Refused:
    return Refused("AC-2112", f"the encoding is not DER at byte {offset}: {why}")


@dataclass(frozen=True)
class Node:
    """One value: its tag, and where in `source` it begins, has its content, and ends."""

    source: bytes
    tag: int
    start: int
    body: int
    end: int
    depth: int = 0

    @property
    def content(self) -> bytes:
        return self.source[self.body:self.end]

    @property
    def encoding(self) -> bytes:
        """The value with its tag and length, as it stands."""
        return self.source[self.start:self.end]

    @cached_property
    def children(self) -> list[Node]:
        """The values inside of a constructed one."""
        if not self.tag & 0x20:
            raise malformed(self.start, "a plain value where parts are expected")
        found, at = [], self.body
        while at < self.end:
            node = one(self.source, at, self.end, self.depth + 1)
            found.append(node)
            at = node.end
        return found

    def expect(self, tag: int, what: str) -> Node:
        if self.tag != tag:
            raise malformed(self.start, f"tag {self.tag:#04x} instead of {what}")
        return self

    def parts(self, what: str) -> Parts:
        """The children of a sequence, to be taken one by one."""
        return Parts(self.expect(SEQUENCE, what).children, self.end)

    @property
    def number(self) -> int:
        content = self.expect(INTEGER, "an integer").content
        if not content or (len(content) > 1 and content[0] in (0, 255) and content[0] >> 7 == content[1] >> 7):
            raise not_der(self.start, "an integer with needless bytes")
        return int.from_bytes(content, "big", signed=True)

    @property
    def oid(self) -> str:
        """An object identifier with dots."""
        content = self.expect(OID, "an object identifier").content
        if not content or content[-1] & 0x80:
            raise malformed(self.start, "an object identifier without its end")
        numbers, value, fresh = [], 0, True
        for byte in content:
            if fresh and byte == 0x80:
                raise not_der(self.start, "an object identifier with needless bytes")
            value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
            if fresh:
                numbers.append(value)
                value = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))

    @property
    def time(self) -> int:
        """Seconds since 1970; UTCTime stands for 1950 to 2049 (RFC 5280 §4.1.2.5)."""
        digits = self.content.decode("latin-1")
        if self.tag == UTC_TIME:
            digits = ("19" if digits[:2] >= "50" else "20") + digits
        elif self.tag != LONG_TIME:
            raise malformed(self.start, "no time")
        if len(digits) != 15 or not digits.endswith("Z") or not digits[:14].isdecimal():
            raise not_der(self.start, f"the time '{digits}'")
        try:
            return calendar.timegm(time.strptime(digits, "%Y%m%d%H%M%SZ"))
        except ValueError:
            raise malformed(self.start, f"the time '{digits}'") from None


class Parts:
    """The parts of a sequence in their order."""

    def __init__(self, nodes: list[Node], end: int) -> None:
        self.nodes = nodes
        self.end = end

    def take(self, what: str) -> Node:
        if not self.nodes:
            raise malformed(self.end, f"{what} is missing")
        self.nodes, first = self.nodes[1:], self.nodes[0]
        return first

    def optional(self, tag: int) -> Node | None:
        return self.take("") if self.nodes and self.nodes[0].tag == tag else None

    def done(self) -> None:
        if self.nodes:
            raise malformed(self.nodes[0].start, "something that does not belong here")


def one(source: bytes, at: int, limit: int, depth: int = 0) -> Node:
    """The value that begins at `at`; it must end by `limit`."""
    if depth > DEPTH:
        raise malformed(at, "too many levels")
    if at + 2 > limit:
        raise malformed(at, "it ends too early")
    tag, length, body = source[at], source[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise malformed(at, "a tag of several bytes")
    if length == 0x80:
        raise not_der(at, "a length without end")
    if length > 0x80:
        count = length & 0x7F
        if count > 4 or body + count > limit:
            raise malformed(at, "a length beyond the end")
        length, body = int.from_bytes(source[body:body + count], "big"), body + count
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise not_der(at, "a length with needless bytes")
    if body + length > limit:
        raise malformed(at, "it ends beyond its place")
    return Node(source, tag, at, body, body + length, depth)


def whole(source: bytes) -> Node:
    """The one value that the bytes are."""
    node = one(source, 0, len(source))
    if node.end != len(source):
        raise malformed(node.end, "something follows")
    return node


def in_order(nodes: list[Node]) -> None:
    """The values of a SET OF must be in the order of their encodings (X.690 §11.6)."""
    encodings = [node.encoding for node in nodes]
    if encodings != sorted(encodings):
        raise not_der(nodes[0].start, "a set out of order")


def encode(tag: int, content: bytes) -> bytes:
    """A value from its content."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def pem(text: bytes, label: str) -> list[bytes]:
    """The DER of every block with this label in a PEM file."""
    mark = re.escape(label.encode())
    blocks = re.findall(rb"-----BEGIN " + mark + rb"-----\s(.*?)-----END " + mark + rb"-----", text, re.DOTALL)
    try:
        return [base64.b64decode(b"".join(block.split()), validate=True) for block in blocks]
    except ValueError:
        raise Refused("", f"a {label} in PEM is no base64") from None


def to_pem(der: bytes, label: str) -> bytes:
    """A PEM block."""
    text = base64.b64encode(der)
    lines = b"\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return b"-----BEGIN %s-----\n%s\n-----END %s-----\n" % (label.encode(), lines, label.encode())
