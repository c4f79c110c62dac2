"""This machine with everything that is written to it thrown away: where packages are installed by its own dpkg."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PRIVATE = "AFTERCARE_PRIVATE_MOUNTS"
# Stands in for a running systemd: notes what it is told, and answers as the test wants.
SYSTEMCTL = """#!/bin/sh
case " $* " in
*" is-active "*) [ -e /test/active ] ;;
*" is-enabled "*) echo enabled ;;
*) echo "$*" >>/test/told ;;
esac
"""
BUSCTL = """#!/bin/sh
case "$*" in
*"get-property org.aftercare.Aftercare1 /org/aftercare/Aftercare1 org.aftercare.Aftercare1 State") cat /test/state ;;
*) exit 1 ;;
esac
"""


def in_private_mounts() -> bool:
    return PRIVATE in os.environ


def enter_private_mounts() -> None:
    """Runs this program again where its mounts are its own, as root or as root of a user namespace."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--mount", "--propagation=private", *user, sys.executable, *sys.argv]
    os.environ[PRIVATE] = "yes"
    os.execvp(command[0], command)


class Machine:
    """An overlay over this machine's root file system, and programs that run in it."""

    def __init__(self, packages: list[Path]):
        self.scratch = Path(tempfile.mkdtemp(prefix="aftercare-package-"))
        self.mount("-t", "tmpfs", "none", self.scratch)
        for name in ("upper", "work", "root"):
            (self.scratch / name).mkdir()
        self.root = self.scratch / "root"
        layers = f"lowerdir=/,upperdir={self.scratch}/upper,workdir={self.scratch}/work"
        self.mount("-t", "overlay", "overlay", "-o", layers, self.root)
        for folder in ("dev", "proc"):
            self.mount("--rbind", f"/{folder}", self.root / folder)
        for folder in ("run", "tmp"):
            self.mount("-t", "tmpfs", "none", self.root / folder)
        (self.root / "test").mkdir()
        for package in packages:
            self.write(f"/test/{package.name}", package.read_bytes())
        # A developer may have them installed, and a build machine forbid services; the index of manuals takes long.
        self.run("dpkg", "--purge", "aftercare", "aftercare-fleet")
        self.run("rm", "-rf", "/var/lib/aftercare", "/etc/aftercare", "/usr/sbin/policy-rc.d", "/var/lib/man-db/auto-update")

    @staticmethod
    def mount(*arguments: str | Path) -> None:
        subprocess.run(["mount", *map(str, arguments)], check=True)

    def close(self) -> None:
        subprocess.run(["umount", "--recursive", "--lazy", str(self.scratch)], check=True)
        self.scratch.rmdir()

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Runs a program in it, without a person to ask."""
        return subprocess.run(
            ["chroot", str(self.root), *arguments], text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def read(self, name: str) -> str:
        return self.path(name).read_text()

    def write(self, name: str, data: bytes, executable: bool = False) -> None:
        file = self.path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o755 if executable else 0o644)

    def install(self, package: Path) -> subprocess.CompletedProcess:
        return self.run("dpkg", "--force-confdef", "--force-confold", "--install", f"/test/{package.name}")

    def run_systemd(self, active: bool, state: str = 's "idle"') -> None:
        """From now on it looks as if systemd runs; `active`: and the agent under it, whose state on D-Bus is `state`."""
        self.path("/run/systemd/system").mkdir(parents=True)
        self.write("/usr/bin/systemctl", SYSTEMCTL.encode(), executable=True)
        self.write("/usr/bin/busctl", BUSCTL.encode(), executable=True)
        self.write("/test/state", state.encode())
        self.write("/test/told", b"")
        if active:
            self.write("/test/active", b"")

    def told(self) -> list[str]:
        """What systemd was told to do with the agent's units that run, in order."""
        lines = [line.removeprefix("--quiet --system ") for line in self.read("/test/told").splitlines()]
        return [line for line in lines if line.split()[0] in ("start", "restart", "stop", "try-restart")]
