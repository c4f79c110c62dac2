"""Power cuts at seeded moments all over an update, until the number is reached; after each the device must be whole."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .bench import Bench, Loader, expect
from .commands import Restarted
from .device import Boot, Device, entries
from .guest import Guest

INSTALL = "aftercare install --quiet --no-activate http://10.0.2.100/1.1.0.aftercare"
RESTS = "^Update +(idle|installed|1\\.1\\.0 (is committed|was|failed))"
Asked = TypeVar("Asked")
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
    written: bool = False
    """The release lies in slot set B: what is there is not downloaded again."""

    def moment(self, longest: float) -> float:
        """A moment within `longest` seconds; a cut is a matter of real time, so it is waited for in real time."""
        return self.chance.uniform(0, longest)

    def steadily(self, ask: Callable[[Guest], Asked]) -> Asked:
        """Asks the system that runs, again where the device restarts meanwhile: an update goes on by itself."""
        while True:
            try:
                return ask(self.boot.guest)
            except Restarted:
                self.boot = self.device.boot(timeout=600)

    def state(self) -> str:
        return str(self.steadily(lambda guest: guest.json("aftercare status --json")["state"]))

    @property
    def committed(self) -> bool:
        state = self.state()
        return (self.boot.slot_set, state) == ("B", "idle")

    def rest(self) -> None:
        """Waits until nothing goes on by itself: idle, or installed and not activated."""
        self.steadily(lambda guest: guest.await_status(RESTS, 900))
        self.written = True
        self.remember()

    def installed(self) -> None:
        """Comes to where the release is installed and not activated."""
        if self.state() == "idle":
            self.boot.guest.run(INSTALL, 900)

    def remember(self) -> None:
        """Everything that was acknowledged must be in the ledger as it was; then also what settled since."""
        now = self.steadily(entries)
        expect(now[: len(self.acknowledged)] == self.acknowledged, "an acknowledged entry is gone, or is another one")
        self.steadily(lambda guest: guest.run(f"sleep {SETTLED}"))
        later = self.steadily(entries)
        expect(later[: len(now)] == now, "an entry went away while nothing happened")
        self.acknowledged = now

    def cut(self, after: float) -> None:
        self.device.cut_after(after)


def _download(life: Life) -> str:
    size = life.bench.bundle("1.1.0").stat().st_size
    share = life.chance.uniform(0.01, 0.99)
    life.bench.web.forget()
    life.boot.guest.tell(INSTALL)
    life.bench.web.await_bytes(int(size * share), 600)
    life.cut(0)
    return f"{share:.0%} written"


def _read_back(life: Life) -> str:
    size = life.bench.bundle("1.1.0").stat().st_size
    life.bench.web.forget()
    life.boot.guest.tell(INSTALL)
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
    trial.await_status("^Update +(soaking|idle|1\\.1\\.0 (is committed|was))", 280)
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
            turn = lives % 2  # what was downloaded once is not downloaded again: the first two phases take turns
            while done < bench.cuts and not life.committed:
                phase, cut = PHASES[turn % len(PHASES)]
                turn += 1
                if cut in (_download, _read_back) and life.written:
                    continue
                done += 1
                with bench.step(f"cut {done} of {bench.cuts}, {phase}") as notes:
                    notes.append(cut(life))
                    _come_back(life)
                    notes.append(f"{life.boot.version} in {life.boot.slot_set}, {life.state()}")
                life.rest()
            with bench.step("the update ends, committed"):
                verified += _finish(life)
    return f"{done} cuts in {lives} devices: each came back whole; {verified} ledger entries verified outside"


def _come_back(life: Life) -> None:
    """Switches on again: a whole slot set boots, the ledger verifies, and what was acknowledged is still there."""
    life.boot = life.device.boot(timeout=600)
    system = (life.boot.slot_set, life.boot.version)
    expect(system in VERSIONS, f"{system[1]} runs in {system[0]}")
    life.steadily(lambda guest: guest.run("aftercare ledger verify"))
    life.remember()


def _finish(life: Life) -> int:
    """Brings the update to its end; the ledger, verified in the device and outside. The number of entries."""
    for _ in range(4):
        life.rest()
        if life.committed:
            break
        life.installed()
        life.boot.guest.tell("aftercare activate")
        life.boot = life.device.boot(timeout=600)
    system = (life.boot.slot_set, life.boot.version, life.state())
    expect(system == ("B", "1.1.0", "idle"), f"the update is not committed: {system}")
    expect("confirmed" in life.boot.guest.run("aftercare slots | grep ^B"), "slot set B is not confirmed")
    count, said = life.device.ledger_is_whole(life.boot.guest)
    expect("Nothing was found wrong" in said, f"the auditor's program says: {said}")
    return count
