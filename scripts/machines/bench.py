"""What all stories need, made once: packages, images, the manufacturer, bundles, a web server, factory disks."""

import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import disk_image, kernel, loaders, root_filesystem, slot_image, uboot_build
from .commands import Failure, run
from .device import Device
from .releases import Manufacturer
from .virtual_machine import Hardware
from .web import WebServer

DAMAGES: dict[str, slot_image.Damage] = {
    "garbage-kernel": slot_image.garbage_kernel,
    "corrupt-payload": slot_image.corrupt_payload,
    "hanging-init": slot_image.hanging_init,
    "silent-agent": slot_image.silent_agent,
}


@dataclass(frozen=True)
class Loader:
    """A boot loader and the board that it runs on; `prepare` lays out the loader's partition."""

    name: str
    configuration: str
    """boot.loader in the device's configuration, and what boot.environment is there."""
    environment: str
    prepare: Callable[[Path], Path]
    hardware: Callable[[Path, int], Hardware]


# Seconds until the watchdog that GRUB arms restarts the machine, if nobody has taken it over: a boot on a busy host
# without KVM may be that slow. In the stories that wait for it, it is the less, and so is Linux' own patience with the
# first program: GRUB to Linux' driver take 10 s, and the driver to systemd 2 s, where nothing else runs.
PATIENT = 900
IMPATIENT = 120
OPENED = 60


def _grub(name: str, watchdog: int, opened: int | None = None) -> Loader:
    return Loader(
        name,
        "grub",
        f'"/efi/{loaders.GRUB_FOLDER}/grubenv"',
        lambda target: loaders.grub(target, watchdog=watchdog, opened=opened),
        lambda disk, port: Hardware(disk, http_port=port),
    )


GRUB = _grub("grub", PATIENT)
GRUB_IMPATIENT = _grub("grub-impatient", IMPATIENT, OPENED)


def _uboot(name: str, redundant: bool) -> Loader:
    files = loaders.UBOOT_FILES[: 2 if redundant else 1]
    copies = [f'{{ path = "/efi/{file}", offset = 0, size = {loaders.ENVIRONMENT_SIZE} }}' for file in files]

    def hardware(disk: Path, port: int) -> Hardware:
        bios = uboot_build.redundant() if redundant else loaders.UBOOT
        return Hardware(disk, board="pc", bios=bios, watchdog="i6300esb", http_port=port)

    return Loader(
        name, "uboot", f"[{', '.join(copies)}]", lambda target: loaders.uboot(target, redundant=redundant), hardware
    )


UBOOT = _uboot("uboot", redundant=False)
UBOOT_REDUNDANT = _uboot("uboot-redundant", redundant=True)


class Bench:
    """`with Bench(…) as bench`: everything lies below `folder`, and what is to be kept below `logs`."""

    def __init__(
        self,
        folder: Path,
        logs: Path,
        packages: Path,
        say: Callable[[str], None],
        *,
        seed: int = 1,
        cuts: int = 30,
    ) -> None:
        self.folder = folder
        self.logs = logs
        self.say = say
        self.seed = seed
        self.cuts = cuts
        self.released = folder / "released"
        self.released.mkdir(parents=True)
        base = root_filesystem.base()
        self._root = root_filesystem.with_packages(base, [_package(packages, "aftercare")])
        self._kernel = kernel.make(base)
        programs = folder / "fleet"
        run("dpkg-deb", "-x", _package(packages, "aftercare-fleet"), programs)
        self.manufacturer = Manufacturer(folder / "authorities", programs / "usr/bin/aftercare-fleet")
        self.web = WebServer(self.released)
        # Made for the first device that needs it.
        self._factory: dict[tuple[str, int, bool], Path] = {}
        self._kept: dict[str, tuple[Path, Hardware]] = {}

    def __enter__(self) -> "Bench":
        self.web.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.web.__exit__()

    def image(self, release: str, damage: str | None = None) -> Path:
        files = DAMAGES[damage](self._kernel.overlay) if damage else {}
        return slot_image.release(self._root, self._kernel.overlay, release, files)

    def bundle(self, release: str, damage: str | None = None, deadline: int = 300) -> Path:
        """An approved bundle of a release of the example product, as it is or damaged by its maker.

        `deadline`: how many seconds the release gives its self-tests.
        """
        target = self.released / (f"{release}-{damage}.aftercare" if damage else f"{release}.aftercare")
        if not target.exists():
            self.manufacturer.bundle(release, self.image(release, damage), target, deadline=deadline)
        return target

    def small_bundle(self) -> Path:
        """Release 1.1.0 with a megabyte in place of a system, for lines on which a whole one would take hours."""
        target = self.released / "1.1.0-small.aftercare"
        if not target.exists():
            image = self.folder / "small.image"
            image.write_bytes(random.Random(1).randbytes(1 << 20))
            self.manufacturer.bundle("1.1.0", image, target)
        return target

    def device(self, name: str, loader: Loader = GRUB, *, attempts: int = 3, both_slots: bool = False) -> Device:
        """A device as it leaves the factory with release 1.0.0, switched off; `both_slots`: B holds it too."""
        key = (loader.name, attempts, both_slots)
        if key not in self._factory:
            self._factory[key] = self._make_factory_disk(loader, attempts, both_slots)
        port = self.web.port
        disk = disk_image.copy(self._factory[key], self.folder / f"{name}.disk")
        return Device(disk, self.logs / name, loader.hardware(disk, port))

    def keep(self, name: str, device: Device) -> None:
        """Keeps the disk of a device that is switched off, for devices that go on from there."""
        self._kept[name] = (disk_image.copy(device.disk, self.folder / f"kept-{name}.disk"), device.hardware)

    def kept(self, name: str) -> bool:
        return name in self._kept

    def resumed(self, kept: str, name: str) -> Device:
        """A device, switched off, that goes on from a disk that was kept."""
        source, hardware = self._kept[kept]
        disk = disk_image.copy(source, self.folder / f"{name}.disk")
        return Device(disk, self.logs / name, replace(hardware, disk=disk))

    def _make_factory_disk(self, loader: Loader, attempts: int, both_slots: bool) -> Path:
        name = f"{loader.name}-{attempts}-{'both' if both_slots else 'one'}"
        made = self.folder / "factory" / name
        configuration = self.manufacturer.configuration(
            loader=loader.configuration, environment=loader.environment, attempts=attempts
        )
        files = {f"configuration/{path}": content for path, content in configuration.items()}
        data = disk_image.folder_of(made / "data", files, ["aftercare", "cache"])
        disk = self.folder / f"factory-{name}.disk"
        layout = disk_image.make(disk, loader=loader.prepare(made / "loader"), slot_a=self.image("1.0.0"), data=data)
        if both_slots:
            disk_image.put(disk, layout["system-B"], self.image("1.0.0"))
        shutil.rmtree(self.folder / "factory")
        return disk

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """A step of a story: shown with its time when it is done, or failed, and with what is appended to its notes."""
        began = time.monotonic()
        notes: list[str] = []
        failed = " FAILED"
        try:
            yield notes
            failed = ""
        finally:
            said = "".join(f"; {note}" for note in notes)
            self.say(f"    {time.monotonic() - began:6.1f} s  {what}{said}{failed}")


def _package(folder: Path, name: str) -> Path:
    """The newest Debian package of that name in a folder."""
    found = sorted(folder.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Failure(f"'{folder}' holds no package '{name}': scripts/build-release, then scripts/package-deb")
    return found[-1].resolve()


def expect(condition: bool, what: str) -> None:
    """A check of a story."""
    if not condition:
        raise Failure(what)
