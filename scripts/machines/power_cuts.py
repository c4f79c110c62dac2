"""Power cuts at seeded moments all over an update, until the number is reached; after each the device must be whole."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .bench import Bench, Loader, expect
from .commands import Failure
from .device import Boot, Device, entries

ADDRESS = "http://10.0.2.100"
VERSIONS = {("A", "1.0.0"), ("B", "1.1.0")}
# An entry that only just stands in the file may not have been flushed when a command showed it.
SETTLED = 3


@dataclass
class Life:
    """One device between the factory and the commit of 1.1.0."""

    bench: Bench
    device: Device
    boot: Boot
    chance: random.Random
    acknowledged: list[Any]

    def moment(self, longest: float) -> float:
        """A moment within `longest` seconds; a cut is a matter of real time, so it is waited for in real time."""
        return self.chance.uniform(0, longest)

    def state(self) -> str:
        return str(self.boot.guest.json("aftercare status --json")["state"])

    def installed(self) -> None:
        """Comes to where the release is installed and not activated."""
        if self.state() != "installed":
            self.boot.guest.run(f"aftercare install --quiet --no-activate {ADDRESS}/1.1.0.aftercare", 900)

    def cut(self, after: float) -> None:
        self.device.cut_after(after)


def _download(life: Life) -> str:
    size = life.bench.bundle("1.1.0").stat().st_size
    share = life.chance.uniform(0.01, 0.99)
    life.bench.web.forget()
    life.boot.guest.tell(f"aftercare install --quiet --no-activate {ADDRESS}/1.1.0.aftercare")
    life.bench.web.await_bytes(int(size * share), 600)
    life.cut(0)
    return f"{share:.0%} written"


def _read_back(life: Life) -> str:
    size = life.bench.bundle("1.1.0").stat().st_size
    life.bench.web.forget()
    life.boot.guest.tell(f"aftercare install --quiet --no-activate {ADDRESS}/1.1.0.aftercare")
    life.bench.web.await_bytes(size, 600)
    after = life.moment(8)
    life.cut(after)
    return f"{after:.1f} s after the last byte"


def _activation(life: Life) -> str:
    life.installed()
    life.boot.guest.tell("aftercare activate")
    after = life.moment(8)
    life.cut(after)
    return f"{after:.1f} s after activate"


def _loader(life: Life) -> str:
    life.installed()
    resets = life.device.resets
    life.boot.guest.tell("aftercare activate")
    life.device.await_reset(resets + 1)
    after = life.moment(12)
    life.cut(after)
    return f"{after:.1f} s after the reset"


def _start(life: Life) -> str:
    life.installed()
    since = life.device.on.console.position
    life.boot.guest.tell("aftercare activate")
    life.device.on.console.wait(r"Kernel command line: .*aftercare\.slot=B", 300, since)
    after = life.moment(20)
    life.cut(after)
    return f"{after:.1f} s into the kernel's start"


def _trial(life: Life) -> str:
    life.installed()
    life.boot.guest.tell("aftercare activate")
    life.device.next_boot()
    after = life.moment(15)
    life.cut(after)
    return f"{after:.1f} s into the trial"


def _commit(life: Life) -> str:
    life.installed()
    life.boot.guest.tell("aftercare activate")
    trial = life.device.next_boot()
    trial.await_agent()
    trial.ask("aftercare status --watch | grep -Em1 'soaking|committed|idle|rolled back'", 280)
    after = life.moment(5)
    life.cut(after)
    return f"{after:.1f} s after the self-tests passed"


PHASES: list[tuple[str, Callable[[Life], str]]] = [
    ("install", _download),
    ("read back", _read_back),
    ("activation", _activation),
    ("loader", _loader),
    ("start", _start),
    ("trial", _trial),
    ("commit", _commit),
]


def power_cuts(bench: Bench, loader: Loader) -> str:
    """Cuts the power `bench.cuts` times, the phases of the update in turn, each time at another moment."""
    chance = random.Random(bench.seed)
    bench.bundle("1.1.0")
    done, lives, verified = 0, 0, 0
    while done < bench.cuts:
        lives += 1
        with bench.device(f"power-cuts-{loader.name}-{lives}", loader) as device:
            with bench.step(f"device {lives} leaves the factory"):
                life = Life(bench, device, device.boot(), chance, [])
            while done < bench.cuts and (life.boot.slot_set, life.state()) != ("B", "idle"):
                if life.state() not in ("idle", "installed"):
                    _settle(life)  # the trial that was cut goes on, and ends
                    continue
                phase, cut = PHASES[done % len(PHASES)]
                done += 1
                with bench.step(f"cut {done} of {bench.cuts}, {phase}") as note:
                    note.append(cut(life))
                    _come_back(life)
                    note.append(f"{life.boot.version} in {life.boot.slot_set}, {life.state()}")
            with bench.step("the update ends, committed"):
                verified += _finish(life)
    return f"{done} cuts in {lives} devices: each came back whole; {verified} ledger entries verified outside"


def _come_back(life: Life) -> None:
    """Switches on again: a whole slot set boots, the ledger verifies, and what was acknowledged is still there."""
    life.boot = life.device.boot(timeout=600)
    system = (life.boot.slot_set, life.boot.version)
    expect(system in VERSIONS, f"{system[1]} runs in {system[0]}")
    life.boot.guest.run("aftercare ledger verify")
    _remember(life)


def _remember(life: Life) -> None:
    """Everything that was acknowledged must be in the ledger as it was; then also what settled since."""
    now = entries(life.boot.guest)
    expect(now[: len(life.acknowledged)] == life.acknowledged, "an acknowledged entry is gone, or another one")
    life.boot.guest.run(f"sleep {SETTLED}")
    later = entries(life.boot.guest)
    expect(later[: len(now)] == now, "an entry went away while nothing happened")
    life.acknowledged = now


def _settle(life: Life) -> None:
    """Waits until the trial that goes on has ended: committed, or taken back because its attempts were spent."""
    answer = life.boot.guest.ask("aftercare status --wait --timeout 280", 340)
    if answer.status not in (0, 1):
        raise Failure(f"the update does not end: {answer.output[-300:]}")
    _remember(life)


def _finish(life: Life) -> int:
    """Brings the update to its end; the ledger, verified in the device and outside. The number of entries."""
    for _ in range(4):
        if life.state() not in ("idle", "installed"):
            _settle(life)
        if (life.boot.slot_set, life.state()) == ("B", "idle"):
            break
        life.installed()
        life.boot.guest.tell("aftercare activate")
        life.boot = life.device.boot(timeout=600)
        _settle(life)
    system = (life.boot.slot_set, life.boot.version, life.state())
    expect(system == ("B", "1.1.0", "idle"), f"the update is not committed: {system}")
    expect("confirmed" in life.boot.guest.run("aftercare slots | grep ^B"), "slot set B is not confirmed")
    count, said = life.device.ledger_is_whole(life.boot.guest)
    expect("Nothing was found wrong" in said, f"the auditor's program says: {said}")
    return count
