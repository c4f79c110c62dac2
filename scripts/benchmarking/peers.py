"""The peers, each in the configurations that suit it best, and dd, which everything is measured against."""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from .machine import Failure, Processes, Slot, run

PRODUCT = "benchmark"


class Installer:
    """One row: how a program is made ready, started, and told to install."""

    name = ""
    program = ""
    has_service = False

    def __init__(self, image: Path, folder: Path, slot: Slot):
        self.image, self.folder, self.slot = image, folder, slot
        folder.mkdir(parents=True, exist_ok=True)
        self.processes = Processes(folder / "log")
        self.bundle: Path | None = None

    @classmethod
    def program_path(cls) -> str | None:
        """Where its program is; none leaves the row out."""
        return shutil.which(cls.program)

    def prepare(self) -> None:
        """Makes the bundle, unless it is there."""

    def stop(self) -> None:
        self.processes.stop()

    def start(self) -> float | None:
        """Starts the service that the installation needs; the seconds until it said that it is ready."""

    def reset(self) -> None:
        """Undoes what the last installation left besides the slot's content; not timed."""

    def install(self) -> float:
        """Installs; the seconds until the last byte was written, where that is sooner than the end."""
        raise NotImplementedError

    def timed(self, *arguments: str | Path) -> float:
        begun = time.monotonic()
        self.processes.finish(self.processes.start(*arguments))
        return time.monotonic() - begun

    def keys(self) -> tuple[Path, Path]:
        key, certificate = self.folder.parent / "key.pem", self.folder.parent / "certificate.pem"
        if not certificate.exists():
            run("openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", key, "-out", certificate,
                "-days", "3650", "-subj", f"/CN={PRODUCT}", "-addext", "keyUsage=digitalSignature,keyCertSign",
                "-addext", "extendedKeyUsage=emailProtection")  # fmt: skip
        return key, certificate


class Copy(Installer):
    name, program = "dd, fsync", "dd"

    def install(self) -> float:
        return self.timed("dd", f"if={self.image}", f"of={self.slot.device}", "bs=1M", "conv=fsync", "status=none")


class RaucWriteSlot(Installer):
    name, program = "rauc write-slot, raw", "rauc"

    def prepare(self) -> None:
        self.raw = self.folder / "rootfs.img"
        self.raw.unlink(missing_ok=True)
        self.raw.symlink_to(self.image)
        self.configuration = self.folder / "system.conf"
        _, certificate = self.keys()
        mounts = self.folder / "mount"
        mounts.mkdir(exist_ok=True)
        self.configuration.write_text(
            f"[system]\ncompatible={PRODUCT}\nbootloader=noop\nmountprefix={mounts}\n"
            f"statusfile={self.folder / 'status'}\n[keyring]\npath={certificate}\n"
            "[slot.rootfs.0]\ndevice=/dev/null\ntype=raw\nbootname=A\n"
            f"[slot.rootfs.1]\ndevice={self.slot.device}\ntype=raw\nbootname=B\n"
        )

    def install(self) -> float:
        return self.timed("rauc", f"--conf={self.configuration}", "write-slot", "rootfs.1",
                          self.raw)  # fmt: skip


BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow receive_type="method_call"/>
<allow send_type="signal"/><allow receive_type="signal"/><allow send_requested_reply="true"/>
<allow receive_requested_reply="true"/></policy></busconfig>
"""


class PrivateBus:
    """A system bus of the benchmark's own, where every name may be owned."""

    def __init__(self, folder: Path):
        path = folder / "bus"
        path.unlink(missing_ok=True)
        configuration = folder / "bus.conf"
        configuration.write_text(BUS % path)
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={path}"}
        self.daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork"], stderr=subprocess.DEVNULL
        )
        while not path.exists():
            if self.daemon.poll() is not None:
                raise Failure("dbus-daemon did not start")
            time.sleep(0.01)

    def has(self, name: str) -> bool:
        asked = subprocess.run(
            ["dbus-send", "--system", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
             "org.freedesktop.DBus.NameHasOwner", f"string:{name}"],
            env=self.environment, capture_output=True, text=True,
        )  # fmt: skip
        return "true" in asked.stdout

    def close(self) -> None:
        self.daemon.terminate()
        self.daemon.wait()


class Rauc(RaucWriteSlot):
    """A bundle in the plain format: its verity format needs the device mapper, which not every machine has."""

    has_service = True
    squashfs = ""

    def prepare(self) -> None:
        super().prepare()
        self.bundle = self.folder / "bundle.raucb"
        if self.bundle.exists():
            return
        content = self.folder / "content"
        content.mkdir(exist_ok=True)
        shutil.copyfile(self.image, content / "rootfs.img")
        (content / "manifest.raucm").write_text(
            f"[update]\ncompatible={PRODUCT}\nversion=1\n\n[image.rootfs]\nfilename=rootfs.img\n"
        )
        key, certificate = self.keys()
        run("rauc", "bundle", f"--cert={certificate}", f"--key={key}", f"--keyring={certificate}",
            f"--mksquashfs-args={self.squashfs}", content, self.bundle)  # fmt: skip
        shutil.rmtree(content)

    def start(self) -> float:
        self.bus = PrivateBus(self.folder)
        begun = time.monotonic()
        self.processes.start("rauc", f"--conf={self.configuration}", "--override-boot-slot=A", "service",
                             env=self.bus.environment)  # fmt: skip
        while not self.bus.has("de.pengutronix.rauc"):
            if time.monotonic() - begun > 30:
                raise Failure("rauc's service did not come to its bus in 30 s")
        return time.monotonic() - begun

    def install(self) -> float:
        begun = time.monotonic()
        self.processes.finish(self.processes.start("rauc", "install", self.bundle, env=self.bus.environment))
        return time.monotonic() - begun

    def stop(self) -> None:
        self.processes.stop()
        self.bus.close()


class RaucPlain(Rauc):
    name, squashfs = "rauc, plain, uncompressed", "-noI -noD -noF -noX"


class RaucZstd(Rauc):
    name, squashfs = "rauc, plain, zstd 19", "-comp zstd -Xcompression-level 19 -b 128K"


class Swupdate(Installer):
    """Its exit comes up to a second after its last write, so that write is what counts; it does not flush the slot."""

    name, program = "swupdate, zstd 3, direct", "swupdate"

    def prepare(self) -> None:
        payload = self.folder / "rootfs.zst"
        if not payload.exists():
            run("zstd", "-q", "-3", "-T0", self.image, "-o", payload)
        self.bundle = self.folder / "bundle.swu"
        self.link = self.folder / "slot"
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(self.slot.device)
        if self.bundle.exists():
            return
        with open(payload, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        (self.folder / "sw-description").write_text(
            'software = { version = "1"; hardware-compatibility: [ "1" ]; images: ( { filename = "rootfs.zst"; '
            f'device = "{self.link}"; type = "raw"; compressed = "zstd"; installed-directly = true; '
            f'sha256 = "{digest}"; }} ); }}\n'
        )
        key, certificate = self.keys()
        run("openssl", "cms", "-sign", "-binary", "-nosmimecap", "-outform", "DER", "-signer", certificate, "-inkey",
            key, "-in", self.folder / "sw-description", "-out", self.folder / "sw-description.sig")  # fmt: skip
        with open(self.bundle, "wb") as output:
            subprocess.run(["cpio", "-o", "-H", "crc", "--quiet"], cwd=self.folder, stdout=output, check=True,
                           input=b"sw-description\nsw-description.sig\nrootfs.zst\n")  # fmt: skip

    def arguments(self) -> list[str]:
        return ["swupdate", "-H", f"{PRODUCT}:1", "-k", str(self.keys()[1]), "-B", "none", "-M", "-m"]

    def install(self) -> float:
        begun = time.monotonic()
        process = self.processes.start(*self.arguments(), "-i", self.bundle)
        last, written = begun, 0
        while process.poll() is None:
            try:
                counters = Path(f"/proc/{process.pid}/io").read_text()
            except OSError:
                break
            now = int(counters.split("write_bytes: ")[1].split()[0])
            if now != written:
                last, written = time.monotonic(), now
            time.sleep(0.005)
        self.processes.finish(process)
        return last - begun


class SwupdateService(Swupdate):
    """Debian's does not tell the service manager that it is ready: the socket that it is reached by has to do."""

    name, has_service = "swupdate, as a service", True
    control = Path("/tmp/sockinstctrl")

    def start(self) -> float:
        self.control.unlink(missing_ok=True)
        begun = time.monotonic()
        self.processes.start(*self.arguments())
        while not self.control.exists():
            if time.monotonic() - begun > 30:
                raise Failure("swupdate's service did not open its socket in 30 s")
            time.sleep(0.001)
        return time.monotonic() - begun

    def install(self) -> float:
        return self.timed("swupdate-client", self.bundle)
