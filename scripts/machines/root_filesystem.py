"""The root file system of the machine as a tar: Debian's packages, and those that are to be tried on it."""

import tarfile
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .commands import REPOSITORY, run

PACKAGES = "machine"


def base(packages: str = PACKAGES) -> Path:
    """Debian with the list `packages` of scripts/packages, as a tar; 30 s the first time."""
    memory = cache.scratch_folder()
    environment = {"TMPDIR": str(memory)} if memory else {}
    bootstrap = REPOSITORY / "scripts/bootstrap"
    return Path(run(bootstrap, "--packages", packages, "maintained", environment=environment).strip())


def with_packages(tar: Path, packages: Sequence[Path]) -> Path:
    """The root file system `tar` with packages installed by dpkg, maintainer scripts and all; nothing is fetched."""
    if not packages:
        return tar
    name = f"rootfs-{cache.digest(tar.name, Path(__file__), *packages)}.tar"

    def make(target: Path) -> None:
        memory = cache.scratch_folder()
        copies = "; ".join(f"cp '{package}' \"$1\"/tmp/packages/" for package in packages)
        run(
            "mmdebstrap",
            "--variant=custom",
            "--format=tar",
            "--skip=output/dev,update,cleanup,check/empty",
            f"--setup-hook=tar -C \"$1\" -xpf '{tar}'",
            f'--customize-hook=mkdir "$1"/tmp/packages; {copies}',
            '--customize-hook=chroot "$1" sh -c "dpkg -i /tmp/packages/*.deb"',
            '--customize-hook=rm -rf "$1"/tmp/packages "$1"/var/cache/* "$1"/var/log/*',
            # What an embedded image leaves out: perl, which only usrmerge brings, and names of foreign hardware.
            '--customize-hook=chroot "$1" apt-get -q -y purge usrmerge perl "^perl-modules-" "^libperl"',
            '--customize-hook=rm -rf "$1"/usr/lib/udev/hwdb.* "$1"/usr/share/doc',
            "",
            target,
            "-",
            environment={"TMPDIR": str(memory)} if memory else None,
        )

    return cache.made(name, make)


def member(tar: Path, path: str) -> bytes:
    """The bytes of one regular file of a tar; `path` begins with a slash and goes through no link."""
    with tarfile.open(tar) as archive:
        found = archive.getmember("." + path)
        source = archive.extractfile(found)
        if source is None:
            raise KeyError(path)
        return source.read()
