"""A technician at the console of the service port, with a terminal that scrolls and a laptop for the challenges."""

import re
import subprocess
from pathlib import Path

from .commands import Failure, run
from .console import Port, PseudoTerminal
from .releases import DEVICE_ID, Manufacturer


class Visit:
    """One visit: what is typed, and what must come after it."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._since = port.position

    def type(self, text: str) -> None:
        """Types a line and Enter."""
        self._since = self._port.position
        self._port.send(text + "\r")

    def wait(self, pattern: str, timeout: float = 180) -> re.Match[str]:
        """Waits for a pattern after what was typed last; a screen that is full is turned."""
        while True:
            found = self._port.wait(rf"(?:{pattern})|-- more --\s*\Z", timeout, self._since)
            if not found[0].startswith("-- more --"):
                return found
            self._since = self._port.position
            self._port.send(" ")

    def log_in(self, manufacturer: Manufacturer) -> None:
        self.type("")
        self.wait(rf"^{DEVICE_ID}> \Z")
        self.type("login")
        challenge = self.wait(r"Challenge: +(\S+)[^$]*grant> \Z")[1]
        certificate, key = manufacturer.person("technician")
        grant = run(manufacturer.fleet, "grant", challenge, "--certificate", certificate, "--key", key)
        self.type(grant.strip().replace("\n", "\r"))
        self.wait(rf"^{DEVICE_ID}# \Z")

    def send_by_zmodem(self, file: Path) -> None:
        """Starts sz, as a terminal program's upload does."""
        with PseudoTerminal(self._port) as path, open(path, "r+b", buffering=0) as line:
            command = ["sz", "-b", "-q", file]
            sender = subprocess.run(command, stdin=line, stdout=line, stderr=subprocess.PIPE, check=False)
        if sender.returncode != 0:
            raise Failure(f"sz ended with {sender.returncode}: {sender.stderr.decode(errors='replace')[-300:]}")
