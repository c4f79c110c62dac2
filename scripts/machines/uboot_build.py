"""U-Boot for QEMU's pc machine with an environment that it saves in two copies: built from Debian's source package.

Debian's own build has no place for an environment. A minute of processor time, once.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from . import cache
from .commands import Failure, run

CONFIGURATION = "qemu-x86_defconfig"
CHANGES = """
CONFIG_ENV_SIZE=0x4000
# CONFIG_ENV_IS_NOWHERE is not set
CONFIG_ENV_IS_IN_FAT=y
CONFIG_ENV_FAT_INTERFACE="virtio"
CONFIG_ENV_FAT_DEVICE_AND_PART="0:1"
CONFIG_ENV_FAT_FILE="uboot.env"
CONFIG_SYS_REDUNDAND_ENVIRONMENT=y
CONFIG_ENV_FAT_FILE_REDUND="uboot-redundant.env"
CONFIG_CMD_SAVEENV=y
CONFIG_CMD_NVEDIT_LOAD=y
"""


def redundant() -> Path:
    """The firmware image."""
    version = re.search(r"Candidate: (\S+)", run("apt-cache", "policy", "u-boot-qemu"))
    if not version:
        raise Failure("apt on this machine knows no u-boot-qemu")
    return cache.made(f"uboot-{cache.digest(version[1], Path(__file__))}.rom", _build)


def _build(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache.scratch_folder()) as scratch:
        folder = Path(scratch)
        source = _source(folder)
        configuration = source / "configs/machine_defconfig"
        given = (source / "configs" / CONFIGURATION).read_text()
        configuration.write_text(re.sub(r"^CONFIG_ENV_SIZE=.*\n", "", given, flags=re.MULTILINE) + CHANGES)
        run("make", "-s", f"O={folder}/out", "machine_defconfig", folder=source)
        made = (folder / "out/.config").read_text().splitlines()
        if missing := [line for line in CHANGES.split("\n") if line and line not in made]:
            raise Failure(f"U-Boot's configuration has not taken {missing}")
        run("make", "-s", f"-j{os.cpu_count()}", f"O={folder}/out", "all", folder=source)
        shutil.copyfile(folder / "out/u-boot.rom", target)


def _source(folder: Path) -> Path:
    """Fetches and unpacks the source package by an apt that knows the sources of this machine's own mirror."""
    sites = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    found = re.search(r"^(\S+) (bookworm) main$", sites, re.MULTILINE)
    if not found:
        raise Failure("apt on this machine has no source for 'bookworm main'")
    signed = "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"
    (folder / "sources").write_text(f"deb-src [{signed}] {found[1]} {found[2]} main\n")
    (folder / "lists/partial").mkdir(parents=True)
    options = {"Dir::Etc::sourcelist": folder / "sources", "Dir::Etc::sourceparts": "/dev/null"}
    options |= {"Dir::State::Lists": folder / "lists", "APT::Sandbox::User": "root"}
    apt = ["apt-get", "-q", *[each for key, value in options.items() for each in ("-o", f"{key}={value}")]]
    run(*apt, "update")
    run(*apt, "source", "u-boot", folder=folder)
    return next(path for path in folder.glob("u-boot-*") if path.is_dir())
