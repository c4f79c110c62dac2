"""Power cuts at seeded moments all over an update, until the number is reached; after them the device must be whole."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .bench import Bench, Loader, expect
from .commands import Failure, Restarted
from .device import Boot, Device, entries
from .guest import Guest

INSTALL = "aftercare install --quiet --no-activate http://10.0.2.100/1.1.0.aftercare"
RESTS = "^Update +(idle|installed|1\\.1\\.0 (is committed|was|failed))"
INSTALLING = 900
Asked = TypeVar("Asked")
VERSIONS = {("A", "1.0.0"), ("B", "1.1.0")}
# An entry that only just stands in the file may not have been flushed when a command showed it.
SETTLED = 3


class Life:
    """One device between the factory and the commit of 1.1.0."""

    def __init__(self, bench: Bench, device: Device, chance: random.Random) -> None:
        self.bench = bench
        self.device = device
        self._chance = chance
        self._boot: Boot | None = None
        self._acknowledged: list[Any] = []

    @property
    def runs(self) -> bool:
        """Whether the device is switched on and was found whole; else its power was cut, and it is not on yet."""
        return self._boot is not None

    @property
    def boot(self) -> Boot:
        """The system that runs."""
        if self._boot is None:
            raise Failure("the device is switched off")
        return self._boot

    def moment(self, longest: float) -> float:
        """A moment within `longest` seconds; a cut is a matter of real time, so it is waited for in real time."""
        return self._chance.uniform(0, longest)

    def cut(self, after: float = 0) -> None:
        self._boot = None
        self.device.cut_after(after)

    def tell(self, command: str) -> None:
        """Has something begun in the course of which the power will be cut."""
        self.boot.guest.tell(command)

    def steadily(self, ask: Callable[[Guest], Asked]) -> Asked:
        """Asks the system that runs, again where the device restarts meanwhile: an update goes on by itself."""
        while True:
            try:
                return ask(self.boot.guest)
            except Restarted:
                self._boot = self.device.boot()

    def state(self) -> str:
        return str(self.steadily(lambda guest: guest.json("aftercare status --json")["state"]))

    @property
    def committed(self) -> bool:
        return self.runs and (self.boot.slot_set, self.state()) == ("B", "idle")

    def come_back(self) -> None:
        """Switches on where the power was cut: a whole slot set boots, the ledger verifies and has what was
        acknowledged; then waits until nothing goes on by itself: idle, or installed and not activated.
        """
        if self.runs:
            return
        with self.bench.step("power on; it is whole, and goes on until it rests") as notes:
            self._boot = self.device.boot()
            came = self._running()
            self.steadily(lambda guest: guest.run("aftercare ledger verify"))
            found, settled = self._entries(), time.monotonic() + SETTLED
            self.steadily(lambda guest: guest.await_status(RESTS, INSTALLING))
            self.steadily(lambda guest: guest.run(f"sleep {max(0, settled - time.monotonic()):.1f}"))
            rests, later = self._running(), self._entries()
            expect(later[: len(found)] == found, "an entry went away while nothing happened")
            self._acknowledged = found
            notes.append(f"{' '.join(came)}, then {' '.join(rests)}, {self.state()}")

    def installed(self) -> None:
        """Comes to where the release is installed and not activated."""
        if self.state() == "idle":
            self.boot.guest.run(INSTALL, INSTALLING)

    def _running(self) -> tuple[str, str]:
        """Slot set and version of the system that runs, which must be a release in its place."""
        system = (self.boot.slot_set, self.boot.version)
        expect(system in VERSIONS, f"{system[1]} runs in {system[0]}")
        return system

    def _entries(self) -> list[Any]:
        """The ledger's entries, with all in it as they were that the device had acknowledged."""
        now = self.steadily(entries)
        expect(now[: len(self._acknowledged)] == self._acknowledged, "an acknowledged entry is gone, or is another one")
        return now

    def finish(self) -> int:
        """Brings the update to its end; the ledger, verified in the device and outside. The number of entries."""
        for _ in range(4):
            self.come_back()
            if self.committed:
                break
            self.installed()
            self.tell("aftercare activate")
            self._boot = self.device.boot()
            self.steadily(lambda guest: guest.await_status(RESTS, INSTALLING))
        system = (self.boot.slot_set, self.boot.version, self.state())
        expect(system == ("B", "1.1.0", "idle"), f"the update is not committed: {system}")
        expect("confirmed" in self.boot.guest.run("aftercare slots | grep ^B"), "slot set B is not confirmed")
        count, said = self.device.ledger_is_whole(self.boot.guest)
        expect("Nothing was found wrong" in said, f"the auditor's program says: {said}")
        return count


def _download(life: Life) -> str:
    size = life.bench.bundle("1.1.0").stat().st_size
    share = 0.01 + life.moment(0.98)
    life.bench.web.forget()
    life.tell(INSTALL)
    life.bench.web.await_bytes(int(size * share))
    life.cut()
    return f"{share:.0%} written"


def _read_back(life: Life) -> str:
    size = life.bench.bundle("1.1.0").stat().st_size
    life.bench.web.forget()
    life.tell(INSTALL)
    life.bench.web.await_bytes(size)
    after = life.moment(5)
    life.cut(after)
    return f"{after:.1f} s after the last byte"


def _activation(life: Life) -> str:
    life.installed()
    life.tell("aftercare activate")
    after = life.moment(8)
    life.cut(after)
    return f"{after:.1f} s after activate"


def _restart(life: Life) -> int:
    """Has the device restart into the trial, or switches it on where the power was just cut.

    Returns from where its console tells of that boot.
    """
    if not life.runs:
        life.device.switch_on()
        return 0
    life.installed()
    resets, since = life.device.resets, life.device.on.console.position
    life.tell("aftercare activate")
    life.device.await_reset(resets + 1)
    return since


def _loader(life: Life) -> str:
    _restart(life)
    after = life.moment(10)
    life.cut(after)
    return f"{after:.1f} s after the reset"


def _start(life: Life) -> str:
    since = _restart(life)
    chosen = life.device.on.console.wait(r"Kernel command line: .*aftercare\.slot=(\w+)", since=since)[1]
    after = life.moment(15)
    life.cut(after)
    return f"{after:.1f} s into the start of {chosen}'s kernel"


def _system(life: Life) -> str:
    _restart(life)
    chosen = life.device.next_boot().slot_set
    after = life.moment(15)
    life.cut(after)
    return f"{after:.1f} s after {chosen}'s system is up"


def _commit(life: Life) -> str:
    life.installed()
    life.tell("aftercare activate")
    trial = life.device.next_boot()
    trial.await_agent()
    trial.await_status("^Update +(soaking|committed|idle|1\\.1\\.0 (is committed|was))", INSTALLING)
    after = life.moment(5)
    life.cut(after)
    return f"{after:.1f} s after the self-tests passed"


@dataclass(frozen=True)
class Phase:
    name: str
    cut: Callable[[Life], str]
    """Lets the phase begin, cuts the power in it, and says when."""
    starts: bool = False
    """It is a part of a start: it can follow the cut before as it is, and else is that of the trial."""


STARTS = [Phase("loader", _loader, True), Phase("start", _start, True), Phase("system", _system, True)]


def _course(number: int, chance: random.Random) -> list[Phase]:
    """The cuts of one life, in the order of an update; some come while the device starts after the one before."""
    first = Phase("download", _download) if number % 2 else Phase("read back", _read_back)
    again, starts = chance.choice(STARTS), chance.sample(STARTS, 3)
    return [first, again, Phase("activation", _activation), *starts, Phase("commit", _commit)]


def power_cuts(bench: Bench, loader: Loader, cuts: int) -> str:
    """Cuts the power all over the update, each time at another moment, in as many devices' lives as that takes."""
    chance = random.Random(bench.seed)
    bench.bundle("1.1.0")
    done, lives, verified = 0, 0, 0
    while done < cuts:
        lives += 1
        with bench.device(f"power-cuts-{loader.name}-{lives}", loader) as device:
            life = Life(bench, device, chance)
            for phase in _course(lives, chance)[: cuts - done]:
                if not phase.starts:
                    life.come_back()
                if life.committed:
                    break
                done += 1
                with bench.step(f"cut {done} of {cuts}, {phase.name}") as notes:
                    notes.append(phase.cut(life))
            with bench.step("the update ends, committed; the ledger, verified in the device and outside"):
                verified += life.finish()
    said = "life" if lives == 1 else "lives"
    return f"{done} cuts in {lives} {said}: each came back whole; {verified} ledger entries verified"
