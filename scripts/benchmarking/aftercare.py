"""Aftercare's own row: a device of its own in a folder, with the real daemon, on the demo product's release."""

import os
import subprocess
import time
import tomllib
from pathlib import Path

from .machine import ReadySocket, run
from .peers import Installer, PrivateBus

PROJECT = Path(__file__).resolve().parents[2]
RELEASE = "1.1.0"
DESCRIPTION = PROJECT / "firmware-manifests" / "infusion-pump" / f"{RELEASE}.toml"
PROGRAMS = PROJECT / "dist" / "bin"

CONFIGURATION = """
[device]
id = "benchmark"
product = "{product}"
hardware = "{hardware}"

[[slots]]
set = "A"
image = "rootfs"
device = "/dev/null"

[[slots]]
set = "B"
image = "rootfs"
device = "{slot}"

[boot]
loader = "grub"
slot-sets = ["A", "B"]
environment = "{folder}/grubenv"

[interlocks]
inhibitors = false

[paths]
state = "{folder}/state"
runtime = "{folder}/run"
root = "{folder}/root"
kernel-command-line = "{folder}/cmdline"
watchdog = "{folder}/watchdog"

"""


class Aftercare(Installer):
    name, program, has_service = "aftercare, full bundle", "aftercare", True

    @classmethod
    def program_path(cls) -> str | None:
        path = PROGRAMS / "aftercare"
        return str(path) if path.exists() and DESCRIPTION.exists() else None

    def prepare(self) -> None:
        pki = self.folder / "pki"
        fleet = PROGRAMS / "aftercare-fleet"
        self.bundle = self.folder / "bundle.aftercare"
        if not self.bundle.exists():
            partial = self.folder / "bundle.partial"
            partial.unlink(missing_ok=True)
            if not pki.exists():
                run(fleet, "pki", "init", "--folder", pki)
            image = f"rootfs={self.image}"
            run(fleet, "bundle", "build", DESCRIPTION, "--output", partial, "--image", image, "--quiet")
            for role in ("software", "quality", "regulatory"):
                certificate, key = run(
                    fleet, "pki", "issue", "--folder", pki, "--role", role, "--person", f"{role} {time.time_ns()}"
                ).stdout.split("\n")[:2]
                run(fleet, "bundle", "approve", partial, "--yes", "--certificate", certificate, "--key", key)
            partial.rename(self.bundle)
        self.make_device(pki)

    def make_device(self, pki: Path) -> None:
        """A device that runs the slot set A with a release that the bundle may follow."""
        release = tomllib.loads(DESCRIPTION.read_text())
        for folder in ("state", "run", "root/usr/lib", "watchdog"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        (self.folder / "root/usr/lib/os-release").write_text(f"IMAGE_VERSION={release['from'][0]}\n")
        (self.folder / "cmdline").write_text("aftercare.slot=A\n")
        environment = self.folder / "grubenv"
        run("grub-editenv", environment, "create")
        run("grub-editenv", environment, "set", "ORDER=A B", "A_OK=1", "A_TRY=0", "B_OK=0", "B_TRY=0")
        # The anchors' paths in the table are relative to the configuration.
        self.configuration = pki / "aftercare.toml"
        self.configuration.write_text(
            CONFIGURATION.format(
                product=release["product"], hardware=release["hardware"][0], slot=self.slot.device, folder=self.folder
            )
            + (pki / "trust.toml").read_text()
        )

    def start(self) -> float:
        self.bus = PrivateBus(self.folder)
        ready = ReadySocket(self.folder)
        environment = {**os.environ, **self.bus.environment, "NOTIFY_SOCKET": str(ready.path)}
        begun = time.monotonic()
        self.processes.start(PROGRAMS / "aftercare", "daemon", "--config", self.configuration, env=environment)
        ready.wait()
        seconds = time.monotonic() - begun
        ready.close()
        return seconds

    def reset(self) -> None:
        """Gives up the release that the last round installed; nothing is refused when there is none."""
        subprocess.run([PROGRAMS / "aftercare", "cancel"], env=self.bus.environment, capture_output=True, check=False)

    def install(self) -> float:
        begun = time.monotonic()
        self.processes.finish(
            self.processes.start(
                PROGRAMS / "aftercare", "install", "--no-activate", "--quiet", self.bundle, env=self.bus.environment
            )
        )
        return time.monotonic() - begun

    def stop(self) -> None:
        self.processes.stop()
        self.bus.close()
