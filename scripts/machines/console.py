"""Serial ports of a machine: everything that comes is read at once, kept, and waited for."""

import os
import re
import selectors
import socket
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from .commands import Failure, Restarted

ESCAPE = re.compile(r"\x1b(\[[0-9;?=]*[ -/]*[@-~]|[78=>c]|\([0-9A-B])")
KEPT = 8 << 20
# How many times its patience a wait may last in all, as long as the machine goes on saying something.
LONGEST = 5


class Signs:
    """When a machine last said anything, on whichever port: a busy host makes it slow, and only silence is a hang."""

    def __init__(self) -> None:
        self.last = time.monotonic()


class Patience:
    """Ends `seconds` after the last sign of life, and at the latest after LONGEST times as many."""

    def __init__(self, seconds: float, signs: Signs) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self._signs = signs

    @property
    def left(self) -> float:
        quiet = max(self._began, self._signs.last) + self._seconds
        return min(quiet, self._began + LONGEST * self._seconds) - time.monotonic()


class Port:
    """One serial port, as the other end of its cable: what came, as text without escape sequences.

    It is drained by a thread of `Ports` whether anybody waits or not: a full socket would hold up the machine's UART.
    """

    def __init__(self, name: str, line: socket.socket, signs: Signs) -> None:
        self.name = name
        self._line = line
        self._signs = signs
        self._raw = bytearray()
        self._dropped = 0
        self._changed = threading.Condition()
        self._tap: Callable[[bytes], None] | None = None
        self._open = True
        self._log: "LineLog | None" = None

    def log(self, log: "LineLog") -> None:
        """Also writes what comes into a log."""
        self._log = log

    def send(self, data: str | bytes) -> None:
        self._line.sendall(data.encode() if isinstance(data, str) else data)

    @property
    def position(self) -> int:
        """How many bytes have come so far: a place to wait from."""
        with self._changed:
            return self._dropped + len(self._raw)

    def bytes_from(self, position: int) -> bytes:
        with self._changed:
            return bytes(self._raw[max(0, position - self._dropped) :])

    def text(self, position: int = 0) -> str:
        """What came since `position`, as a person would see it on a terminal that only scrolls."""
        text = ESCAPE.sub("", self.bytes_from(position).decode("utf-8", "replace")).replace("\r", "")
        return "".join(each for each in text if each in "\n\t" or each.isprintable())

    def wait(self, pattern: str, timeout: float = 300, since: int = 0) -> re.Match[str]:
        """Waits until a regular expression (multi-line) matches what came since `since`: see Patience."""
        wanted = re.compile(pattern, re.MULTILINE)
        patience = Patience(timeout, self._signs)
        with self._changed:
            while not (found := wanted.search(self.text(since))):
                left = patience.left
                if left <= 0 or not self._open:
                    why = f"within {timeout:.0f} s of silence" if self._open else "before the machine ended"
                    raise Failure(f"{self.name}: '{pattern}' did not come {why}; last:\n{self.text(since)[-1500:]}")
                self._changed.wait(min(left, 5))
        return found

    def wait_bytes(self, marker: bytes, since: int, timeout: float, unless: bytes) -> bytes:
        """Waits for `marker` and returns what came since `since`, to its end; Restarted if `unless` comes before it."""
        patience = Patience(timeout, self._signs)
        with self._changed:
            while (found := self._raw.find(marker, max(0, since - self._dropped))) < 0:
                left = patience.left
                if self._raw.find(unless, max(0, since - self._dropped)) >= 0:
                    raise Restarted(f"{self.name}: the machine restarted meanwhile")
                if left <= 0 or not self._open:
                    last = self.text(since)[-800:]
                    raise Failure(f"{self.name}: no answer within {timeout:.0f} s of silence; last:\n{last}")
                self._changed.wait(min(left, 5))
            return bytes(self._raw[max(0, since - self._dropped) : found + len(marker)])

    def tap(self, take: Callable[[bytes], None] | None) -> None:
        """Also gives what comes to `take`, which must not block; None takes the tap off."""
        with self._changed:
            self._tap = take

    def _received(self, data: bytes) -> None:
        with self._changed:
            self._raw += data
            if self._log:
                self._log.write(data)
            if len(self._raw) > 2 * KEPT:
                self._dropped += len(self._raw) - KEPT
                del self._raw[: len(self._raw) - KEPT]
            if self._tap:
                self._tap(data)
            self._changed.notify_all()

    def _ended(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify_all()


class LineLog:
    """A file of lines, each with the seconds since the machine was switched on; without escape sequences."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0)
        self._began = time.monotonic()
        self._line = bytearray()

    def note(self, text: str) -> None:
        """A line of the driver's own."""
        self._write(f"==== {text}")

    def write(self, data: bytes) -> None:
        self._line += data
        *lines, rest = self._line.split(b"\n")
        self._line = bytearray(rest)
        for line in lines:
            self._write(ESCAPE.sub("", line.decode("utf-8", "replace")).strip("\r\0"))

    def close(self) -> None:
        if self._line:
            self.write(b"\n")
        self._file.close()

    def _write(self, line: str) -> None:
        if line:
            self._file.write(f"{time.monotonic() - self._began:8.1f}  {line}\n".encode())


class Ports:
    """All ports of one machine and the thread that reads them."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._ports: list[Port] = []
        self._signs = Signs()
        self._thread = threading.Thread(target=self._drain, daemon=True, name="serial ports")

    def connect(self, name: str, path: Path) -> Port:
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(path))
        port = Port(name, line, self._signs)
        self._ports.append(port)
        self._selector.register(line, selectors.EVENT_READ, port)
        return port

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Call when the machine is gone: the thread ends when the last line has."""
        if self._thread.is_alive():
            self._thread.join(10)
        for port in self._ports:
            port._line.close()
        self._selector.close()

    def _drain(self) -> None:
        while self._selector.get_map():
            for key, _ in self._selector.select():
                line: socket.socket = key.fileobj  # type: ignore[assignment]
                try:
                    data = line.recv(65536)
                except OSError:
                    data = b""
                if data:
                    self._signs.last = time.monotonic()
                    key.data._received(data)
                else:
                    self._selector.unregister(line)
                    key.data._ended()


class PseudoTerminal:
    """A port as a terminal device of this host, for programs that want a path: `with PseudoTerminal(port) as path`."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def __enter__(self) -> str:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        os.set_blocking(self._master, False)
        self._stop_reader, self._stop_writer = os.pipe()
        self._pending = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._carry, daemon=True, name="pseudo-terminal")
        self._port.tap(self._arrived)
        self._thread.start()
        return os.ttyname(self._slave)

    def __exit__(self, *_: object) -> None:
        self._port.tap(None)
        os.write(self._stop_writer, b"e")
        self._thread.join(10)
        for descriptor in (self._master, self._slave, self._stop_reader, self._stop_writer):
            os.close(descriptor)

    def _arrived(self, data: bytes) -> None:
        with self._lock:
            self._pending += data
        os.write(self._stop_writer, b"d")

    def _carry(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._master, selectors.EVENT_READ)
        selector.register(self._stop_reader, selectors.EVENT_READ)
        while True:
            ready = {key.fd: events for key, events in selector.select()}
            if self._stop_reader in ready and b"e" in os.read(self._stop_reader, 4096):
                return
            if ready.get(self._master, 0) & selectors.EVENT_READ:
                try:
                    self._port.send(os.read(self._master, 4096))
                except OSError:
                    return  # the machine is gone
            with self._lock:
                try:
                    while self._pending:
                        del self._pending[: os.write(self._master, self._pending[:4096])]
                except BlockingIOError:
                    pass
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._pending else 0)
            selector.modify(self._master, wanted)
