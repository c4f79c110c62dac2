"""The system inside the machine, asked through its door: the console hvc0, on which usr/lib/machine/door answers."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from .commands import Failure
from .console import Port

BOOT = 300
"""Seconds that a boot may take: without KVM on a busy host it has been seen to take 85."""


@dataclass(frozen=True)
class Answer:
    output: str
    status: int


class Guest:
    """One boot of the system. `Guest.await_boot` waits for it; another boot is another Guest."""

    def __init__(self, door: Port, boot_id: str) -> None:
        self._door = door
        self._number = 0
        self.boot_id = boot_id

    @classmethod
    def await_boot(cls, door: Port, since: int = 0, timeout: float = BOOT) -> "Guest":
        """Waits for the door of the next boot that opens after the place `since` of what came through it."""
        return cls(door, door.wait(r"^<door (\S+)>", timeout, since)[1])

    def ask(self, command: str, timeout: float = 120) -> Answer:
        """Runs a shell command as root."""
        since = self._door.position
        number = self._send(command)
        came = self._door.wait_bytes(f"<status {number} ".encode(), since, timeout, b"\n<door ")
        data = came[came.index(f"<answer {number}>".encode()) :].split(b"\n", 1)[1].split(b"\n", 1)[0].strip()
        rest = self._door.wait(rf"^<status {number} (\d+)>", timeout, since)
        try:
            output = base64.b64decode(data, validate=True).decode("utf-8", "replace")
        except binascii.Error as error:
            raise Failure(f"the door's answer to '{command}' is damaged: {error}") from None
        return Answer(output, int(rest[1]))

    def _send(self, command: str) -> str:
        self._number += 1
        number = f"{self.boot_id[:8]}-{self._number}"
        self._door.send(f"{number} {base64.b64encode(command.encode()).decode()}\n")
        return number

    def run(self, command: str, timeout: float = 120, status: tuple[int, ...] = (0,)) -> str:
        """The output of a shell command that must end with one of `status`."""
        answer = self.ask(command, timeout)
        if answer.status not in status:
            raise Failure(f"in the machine, '{command}' ended with {answer.status}: {answer.output.strip()[-1500:]}")
        return answer.output

    def json(self, command: str, timeout: float = 120, status: tuple[int, ...] = (0,)) -> Any:
        text = self.run(command, timeout, status)
        try:
            return json.loads(text)
        except ValueError:
            raise Failure(f"in the machine, '{command}' printed no JSON: {text[:500]}") from None

    def await_agent(self, timeout: float = BOOT) -> None:
        """Waits until the agent has said that it is ready: systemd's own wait for a unit of Type=notify."""
        self.run("systemctl start aftercare.service", timeout)

    def await_status(self, pattern: str, timeout: float = BOOT) -> None:
        """Waits until a line of `aftercare status` matches an extended regular expression: now, or by a change."""
        self.run(
            f"""changes=$(mktemp -u); mkfifo $changes
            aftercare status --watch >$changes & watching=$!
            timeout {timeout:.0f} grep -Em1 '{pattern}' $changes; found=$?
            kill $watching; rm $changes; exit $found""",
            timeout + 60,
        )

    def tell(self, command: str) -> None:
        """Runs a shell command and does not wait for its end: it may be that of this boot."""
        self._send(command)

    @property
    def version(self) -> str:
        return self.run(". /usr/lib/os-release && echo $IMAGE_VERSION").strip()

    @property
    def slot_set(self) -> str:
        """The slot set that the loader says it started."""
        found = re.search(r"\baftercare\.slot=(\w+)", self.run("cat /proc/cmdline"))
        return found[1] if found else ""
