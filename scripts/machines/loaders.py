"""The content of the loader's partition: real GRUB or real U-Boot with the scripts that ship."""

import tempfile
from pathlib import Path

from .commands import REPOSITORY, run
from .disk_image import folder_of

GRUB_SCRIPTS = REPOSITORY / "scripts/boot/grub"
MODULES = """part_gpt fat ext2 normal configfile linux loadenv test echo true reboot sleep boot search regexp serial
    terminal iorw memrw""".split()
# The board's own options of its kernel: quick under emulation, and messages that tell what happened.
OPTIONS = "mitigations=off loglevel=6 net.ifnames=0 systemd.journald.forward_to_console=0"
GRUB_FOLDER = "EFI/aftercare"
UBOOT_SCRIPTS = REPOSITORY / "scripts/boot/uboot"
UBOOT = Path("/usr/lib/u-boot/qemu-x86/u-boot.rom")
UBOOT_FILES = ["uboot.env", "uboot-redundant.env"]
ENVIRONMENT_SIZE = 0x4000
BOARD = Path(__file__).resolve().parent / "boot"


def grub(target: Path, *, watchdog: int = 600, opened: int | None = None, options: str = OPTIONS) -> Path:
    """The EFI system partition with GRUB, our scripts as they ship, and an environment in which A is confirmed.

    The board's file is the example that ships, with the watchdog of the ICH9 armed for `watchdog` seconds; 0: never.
    Linux, which takes it over, feeds it for `opened` seconds until a program does; None: for as long as ships.
    """
    with tempfile.TemporaryDirectory() as scratch:
        image, environment = Path(scratch) / "BOOTX64.EFI", Path(scratch) / "grubenv"
        run("grub-mkimage", "-O", "x86_64-efi", "-p", f"/{GRUB_FOLDER}", "-o", image, *MODULES)
        run("grub-editenv", environment, "create")
        first = ["ORDER=A B", "CONFIRMED=A", "A_OK=1", "A_TRY=0", "A_LEFT=3", "B_OK=0", "B_TRY=0", "B_LEFT=0"]
        run("grub-editenv", environment, "set", *first)
        board = (GRUB_SCRIPTS / "aftercare-board.cfg").read_text()
        board += f'\nset aftercare_options="{options}"\n'
        if watchdog:
            board += 'source "$aftercare_folder/aftercare-watchdog-ich9.cfg"\n'
            board += f"set aftercare_watchdog_ticks={watchdog * 10 // 12}\n"
            if opened is not None:
                board += f'set aftercare_watchdog_arguments=" watchdog.open_timeout={opened}"\n'
        files: dict[str, bytes | Path] = {"EFI/BOOT/BOOTX64.EFI": image, f"{GRUB_FOLDER}/grubenv": environment}
        for name in ("grub.cfg", "aftercare-select.cfg", "aftercare-watchdog-ich9.cfg"):
            files[f"{GRUB_FOLDER}/{name}"] = GRUB_SCRIPTS / name
        files[f"{GRUB_FOLDER}/aftercare-board.cfg"] = board.encode()
        return folder_of(target, files)


def uboot(target: Path, *, redundant: bool = False, options: str = OPTIONS) -> Path:
    """The loader's partition with our script as it ships, and an environment in which A is confirmed.

    For Debian's U-Boot, and with `redundant` for that of uboot_build.
    """
    with tempfile.TemporaryDirectory() as scratch:
        script, image, environment = (Path(scratch) / name for name in ("boot.cmd", "boot.scr", "uboot.env"))
        board = BOARD / ("uboot-saveenv.cmd" if redundant else "uboot-file.cmd"), BOARD / "uboot-board.cmd"
        texts = [path.read_text().replace("@options@", options) for path in board]
        script.write_text("".join([*texts, (UBOOT_SCRIPTS / "aftercare-boot.cmd").read_text()]))
        run("mkimage", "-A", "x86", "-T", "script", "-C", "none", "-d", script, image)
        first = "BOOT_ORDER=A\nBOOT_CONFIRMED=A\nBOOT_A_LEFT=3\nBOOT_B_LEFT=0\n"
        copies = ["-r"] if redundant else []
        run("mkenvimage", *copies, "-s", str(ENVIRONMENT_SIZE), "-o", environment, "-", input=first)
        files: dict[str, bytes | Path] = {"boot.scr": image}
        for name in UBOOT_FILES[: 2 if redundant else 1]:
            files[name] = environment
        return folder_of(target, files)
