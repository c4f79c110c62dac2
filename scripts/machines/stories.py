"""The stories: what a device must do on a machine that really boots. Each is a function of the bench; see `STORIES`."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .bench import GRUB, GRUB_IMPATIENT, UBOOT, UBOOT_REDUNDANT, Bench, Loader, expect
from .commands import run
from .console import PseudoTerminal
from .device import Boot, Device, entries
from .power_cuts import power_cuts
from .visit import Visit

ADDRESS = "http://10.0.2.100"
INSTALLING = 900
TRIAL = 280
# A device that runs 1.1.0, committed in B, and whose power was cut then: where other stories begin.
UPDATED = "updated"


@dataclass(frozen=True)
class Story:
    name: str
    checks: str
    """What is checked, for the table."""
    tell: Callable[[Bench], str]
    """Tells it and returns the result in a few words; what does not hold is a Failure."""
    quick: bool = False
    """Whether the short form has it."""


def install(bench: Bench, boot: Boot, bundle: Path) -> None:
    with bench.step(f"install {bundle.name} over HTTP"):
        boot.guest.run(f"aftercare install --quiet --no-activate {ADDRESS}/{bundle.name}", INSTALLING)


def activate(bench: Bench, device: Device, boot: Boot, what: str) -> Boot:
    """Restarts into what is installed, and waits for whichever system comes up."""
    with bench.step(what):
        boot.guest.tell("aftercare activate")
        return device.boot(timeout=1200)


def first_boot(bench: Bench, device: Device) -> Boot:
    with bench.step("power on: firmware, loader, kernel, systemd, agent"):
        boot = device.boot()
    expect((boot.slot_set, boot.version) == ("A", "1.0.0"), f"{boot.version} runs in {boot.slot_set}, not 1.0.0 in A")
    return boot


def expect_committed(bench: Bench, boot: Boot, version: str, slot_set: str) -> None:
    expect((boot.slot_set, boot.version) == (slot_set, version), f"{boot.version} runs in {boot.slot_set} on trial")
    with bench.step("self-tests, soak, commit"):
        answer = boot.guest.ask(f"aftercare status --wait --timeout {TRIAL}", TRIAL + 60)
    expect(answer.status == 0 and f"{version} is committed" in answer.output, f"not committed: {answer.output[-400:]}")
    slots = boot.guest.run("aftercare slots")
    wanted = rf"^{slot_set} +{re.escape(version)} +committed +bootable, running, confirmed"
    expect(bool(re.search(wanted, slots, re.MULTILINE)), f"slot set {slot_set} is not the confirmed one:\n{slots}")


def expect_rolled_back(bench: Bench, boot: Boot, version: str, cause: str, runs: tuple[str, str]) -> None:
    expect((boot.slot_set, boot.version) == runs, f"{boot.version} runs in {boot.slot_set}, not {runs[1]} in {runs[0]}")
    with bench.step(f"the agent settles it: {cause}"):
        answer = boot.guest.ask(f"aftercare status --wait --timeout {TRIAL}", TRIAL + 60)
    expect(answer.status == 1, f"the update ended with {answer.status}: {answer.output[-400:]}")
    expect(f"{version} was rolled back: {cause}" in answer.output, f"another cause: {answer.output[-400:]}")
    shown = boot.guest.run("aftercare slots")
    wanted = rf"^{runs[0]} +{re.escape(runs[1])} +\S+ +bootable, running, confirmed"
    expect(bool(re.search(wanted, shown, re.MULTILINE)), f"slot set {runs[0]} is not the confirmed one:\n{shown}")


def expect_refused_by_the_loader(device: Device, since: int) -> None:
    """That slot set B was tried: a loader that never looked there would end in the same place."""
    expect("Slot set B cannot be started." in device.on.console.text(since), "the loader did not try slot set B")


def expect_whole_ledger(bench: Bench, device: Device, boot: Boot) -> str:
    with bench.step("the ledger, verified in the device and by the auditor's program outside"):
        count, said = device.ledger_is_whole(boot.guest)
    expect("Nothing was found wrong" in said, f"the auditor's program says: {said}")
    return f"{count} ledger entries verified"


def life(bench: Bench, loader: Loader) -> str:
    """The core in one machine's life: a kernel that is none, power cuts, update and commit, a failing release."""
    chance = random.Random(bench.seed)
    with bench.device(f"life-{loader.name}", loader) as device:
        boot = first_boot(bench, device)
        install(bench, boot, bench.bundle("1.1.0", "garbage-kernel"))
        since = device.on.console.position
        boot = activate(bench, device, boot, "a kernel that is none: the loader takes the other slot set")
        expect_refused_by_the_loader(device, since)
        expect_rolled_back(bench, boot, "1.1.0", "boot-failed", ("A", "1.0.0"))

        bundle = bench.bundle("1.1.0")
        share = chance.uniform(0.2, 0.9)
        with bench.step(f"power cut when {share:.0%} of 1.1.0 have come, and on again"):
            bench.web.forget()
            boot.guest.tell(f"aftercare install --quiet --no-activate {ADDRESS}/{bundle.name}")
            bench.web.await_bytes(int(bundle.stat().st_size * share))
            device.cut()
            boot = device.boot()
        expect((boot.slot_set, boot.version) == ("A", "1.0.0"), f"{boot.version} runs in {boot.slot_set}")
        with bench.step("the agent goes on with the installation by itself"):
            boot.guest.await_status(r"^Update +installed 1\.1\.0", INSTALLING)
        with bench.step("restart into it, power cut as it comes up"):
            boot.guest.tell("aftercare activate")
            trial = device.next_boot()
            expect(trial.slot_set == "B", f"slot set {trial.slot_set} is on trial, not B")
            device.cut()
        with bench.step("on again: the trial goes on"):
            boot = device.boot()
        expect_committed(bench, boot, "1.1.0", "B")
        found = [entry["type"] for entry in entries(boot.guest)]
        for kind in ("update.offered", "slot.activated", "trial.started", "selftest.result", "update.committed"):
            expect(kind in found, f"the ledger has no {kind}")
        boot = fails_its_self_test(bench, device, boot)
        said = expect_whole_ledger(bench, device, boot)
        device.cut()
        if not bench.kept(UPDATED):
            bench.keep(UPDATED, device)
        return f"{device.boots} boots, 2 power cuts; {said}"


def fails_its_self_test(bench: Bench, device: Device, boot: Boot) -> Boot:
    """1.1.0 in B runs; 1.2.0 is installed and goes back."""
    install(bench, boot, bench.bundle("1.2.0"))
    with bench.step("restart into 1.2.0, and by itself back into 1.1.0"):
        boot.guest.tell("aftercare activate")
        trial = device.next_boot()
        expect(trial.slot_set == "A", f"slot set {trial.slot_set} is on trial, not A")
        boot = device.boot(timeout=600)
    expect_rolled_back(bench, boot, "1.2.0", "self-test", ("B", "1.1.0"))
    history = boot.guest.run("aftercare history --json --number 1")
    expect("flow-calibration" in history, "the history does not name the self-test that failed")
    return boot


def hangs(bench: Bench, damage: str, attempts: int) -> str:
    """A release that hangs as `damage` says: the watchdog restarts, and after `attempts` the loader goes back."""
    with bench.device(damage, GRUB_IMPATIENT, attempts=attempts) as device:
        boot = first_boot(bench, device)
        install(bench, boot, bench.bundle("1.1.0", damage))
        boot = activate(bench, device, boot, "restart into it; the watchdog, until the loader has gone back")
        resets = device.watchdog_resets
        expect(resets == attempts, f"the watchdog restarted the machine {resets} times, not {attempts}")
        expect_rolled_back(bench, boot, "1.1.0", "watchdog", ("A", "1.0.0"))
        said = expect_whole_ledger(bench, device, boot)
        return f"rolled back: watchdog, after {resets}; {said}"


def dead_man(bench: Bench) -> str:
    """A release without the agent: nobody commits it, and the dead-man restarts the device."""
    with bench.device("dead-man", attempts=1) as device:
        boot = first_boot(bench, device)
        # The dead-man adds five minutes to it.
        install(bench, boot, bench.bundle("1.1.0", "silent-agent", deadline=30))
        with bench.step("restart into it"):
            boot.guest.tell("aftercare activate")
            trial = device.next_boot()
        expect(trial.slot_set == "B", f"slot set {trial.slot_set} is on trial, not B")
        expect(trial.ask("systemctl is-active aftercare.service").status != 0, "the agent runs")
        with bench.step("the dead-man's time runs out, and the device restarts"):
            boot = device.boot(timeout=1200)
        expect_rolled_back(bench, boot, "1.1.0", "deadline", ("A", "1.0.0"))
        return "rolled back: deadline; " + expect_whole_ledger(bench, device, boot)


def service_port(bench: Bench) -> str:
    """1.1.0 over the service port: a technician's laptop, a cable, a grant."""
    bundle = bench.bundle("1.1.0")
    # The factory filled both slots: what the device has already is not sent over the line.
    with bench.device("service-port", both_slots=True) as device:
        boot = first_boot(bench, device)
        certificate, key = bench.manufacturer.person("technician")
        with PseudoTerminal(device.on.service) as port, bench.step("log in by a grant, send, install, restart"):
            who = ["--certificate", certificate, "--key", key]
            run(bench.manufacturer.fleet, "send", bundle, "--port", port, *who, "--activate", "--quiet")
        boot = device.boot()
        expect_committed(bench, boot, "1.1.0", "B")
        kinds = [entry["type"] for entry in entries(boot.guest)]
        expect("service.login" in kinds, "the ledger has no service.login")
        return "committed; " + expect_whole_ledger(bench, device, boot)


def zmodem(bench: Bench) -> str:
    """A small release by ZMODEM, as any terminal program sends it; it holds no system, so the loader goes back."""
    bundle = bench.small_bundle()
    with bench.device("zmodem") as device:
        boot = first_boot(bench, device)
        visit = Visit(device.on.service)
        with bench.step("log in at the console by a grant"):
            visit.log_in(bench.manufacturer)
        size = bundle.stat().st_size
        with bench.step(f"update zmodem, {size >> 10} KiB by sz"):
            visit.type("update zmodem")
            visit.wait("Start the upload")
            visit.send_by_zmodem(bundle)
        with bench.step("the device shows every gate; yes; it installs"):
            visit.wait(r"Type yes", INSTALLING)
            visit.type("yes")
            visit.wait(r"y/n: \Z", 300)
            visit.type("no")
            visit.wait(r"Type activate", INSTALLING)
        since = device.on.console.position
        with bench.step("activate, yes: it restarts"):
            visit.wait(r"# \Z")
            visit.type("activate")
            visit.wait(r"Type yes")
            visit.type("yes")
            boot = device.boot(timeout=600)
        expect_refused_by_the_loader(device, since)
        expect_rolled_back(bench, boot, "1.1.0", "boot-failed", ("A", "1.0.0"))
        return f"{size >> 10} KiB sent, installed, taken back; " + expect_whole_ledger(bench, device, boot)


def updated(bench: Bench, name: str) -> Device:
    """A device that runs 1.1.0, committed, and is switched off: one that another story left so, or a new one."""
    if not bench.kept(UPDATED):
        with bench.device(f"{name}-before") as device:
            boot = first_boot(bench, device)
            install(bench, boot, bench.bundle("1.1.0"))
            boot = activate(bench, device, boot, "restart into slot set B")
            expect_committed(bench, boot, "1.1.0", "B")
            device.cut()
            bench.keep(UPDATED, device)
    return bench.resumed(UPDATED, name)


def drift(bench: Bench) -> str:
    """What was committed stays; the root is read-only; whoever changes a file on it all the same is found out."""
    with updated(bench, "drift") as device:
        with bench.step("power on: what was committed before the power was cut runs"):
            boot = device.boot()
        expect((boot.slot_set, boot.version) == ("B", "1.1.0"), f"{boot.version} runs in {boot.slot_set}")
        guest = boot.guest
        expect(guest.ask("touch /usr/lib/pump/alarms.conf").status != 0, "the root can be written")
        with bench.step("measure what runs: it is what was approved"):
            said = guest.run("aftercare integrity --now", 900)
        expect("known" in said and "UNKNOWN" not in said, f"not known: {said}")
        with bench.step("somebody makes the root writable and changes an alarm limit; measured again"):
            guest.run("mount -o remount,rw / && echo '# quieter' >>/usr/lib/pump/alarms.conf")
            guest.run("sync; mount -o remount,ro /")
            answer = guest.ask("aftercare integrity --now", 900)
        expect(answer.status == 1, f"drift was not found: {answer.output}")
        expect("/usr/lib/pump/alarms.conf" in answer.output, f"the file is not named: {answer.output}")
        kinds = [entry["type"] for entry in entries(guest)]
        expect("configuration.drifted" in kinds, "the ledger has no configuration.drifted")
        return "found and recorded; " + expect_whole_ledger(bench, device, boot)


STORIES = [
    Story("short", "garbage kernel, cuts, commit, rollback", lambda bench: life(bench, GRUB), quick=True),
    Story("service-port", "update over the service port", service_port),
    Story("zmodem", "a small release over ZMODEM", zmodem),
    Story("drift", "read-only root, a changed file", drift),
    Story("hanging-init", "init hangs: the watchdog", lambda bench: hangs(bench, "hanging-init", 2)),
    Story("corrupt-payload", "the kernel hangs as it unpacks itself", lambda bench: hangs(bench, "corrupt-payload", 1)),
    Story("uboot", "short, with U-Boot", lambda bench: life(bench, UBOOT)),
    Story("redundant", "short, U-Boot with two copies", lambda bench: life(bench, UBOOT_REDUNDANT)),
    Story("dead-man", "a trial that nobody commits", dead_man),
    Story("uboot-cuts", "power cuts, U-Boot", lambda bench: power_cuts(bench, UBOOT, bench.cuts // 4)),
    Story(
        "redundant-cuts",
        "power cuts, U-Boot with two copies",
        lambda bench: power_cuts(bench, UBOOT_REDUNDANT, bench.cuts // 4),
    ),
    Story("power-cuts", "power cuts all over the update", lambda bench: power_cuts(bench, GRUB, bench.cuts)),
]
