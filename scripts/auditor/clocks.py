"""What the times of the entries say about the device's clock; none of it breaks a ledger."""

from __future__ import annotations

import calendar

# Uptime and wall time may drift apart by this many seconds between two entries of one boot before it is told.
TOLERANCE = 5
SHOWN = 20


def seconds(time: str) -> int:
    """POSIX time of RFC 3339 in UTC with whole seconds, which was looked at before."""
    numbers = [int(time[start:end]) for start, end in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))]
    return calendar.timegm((*numbers, 0, 0, 0))


class Anomaly:
    """One kind of anomaly: how often, and where first."""

    def __init__(self, text: str) -> None:
        self.text, self.count, self.places = text, 0, []

    def at(self, sequence: int) -> None:
        self.count += 1
        if len(self.places) < SHOWN:
            self.places.append(sequence)


class Clocks:
    """Looks at entry after entry."""

    def __init__(self) -> None:
        self.boots: set[str] = set()
        self.last: dict | None = None
        self.last_time = self.last_uptime = 0
        self.back = Anomaly("the time is before that of the entry before")
        self.stepped = Anomaly("time and uptime of one boot went different ways")
        self.told = Anomaly("the device itself says that its clock was set (clock.stepped)")
        self.unset = Anomaly("the clock was not set")
        self.behind = Anomaly("the clock was behind the newest time known")
        self.rewound = Anomaly("the uptime went back within one boot")
        self.returned = Anomaly("a boot goes on after another one had begun")

    @property
    def all(self) -> list[Anomaly]:
        return [self.back, self.stepped, self.told, self.unset, self.behind, self.rewound, self.returned]

    def see(self, entry: dict) -> None:
        sequence, boot, uptime, time = entry["sequence"], entry["boot"], entry["uptime"], seconds(entry["time"])
        if entry["type"] == "clock.stepped":
            self.told.at(sequence)
        if entry["clock"] == "unset":
            self.unset.at(sequence)
        elif entry["clock"] == "watermark":
            self.behind.at(sequence)
        if (last := self.last) is not None:
            if time < self.last_time:
                self.back.at(sequence)
            if boot == last["boot"]:
                if uptime < self.last_uptime:
                    self.rewound.at(sequence)
                elif (entry["clock"] == last["clock"] == "clock"
                        and abs(time - self.last_time - (uptime - self.last_uptime) / 1e6) > TOLERANCE):
                    self.stepped.at(sequence)
            elif boot in self.boots:
                self.returned.at(sequence)
        self.boots.add(boot)
        self.last, self.last_time, self.last_uptime = entry, time, uptime

    def facts(self) -> dict[str, object]:
        return {"boots": len(self.boots)}

    def warnings(self) -> list[str]:
        """A sentence for each kind that was seen."""
        return [f"{each.text}: {each.count} times, at entry {', '.join(map(str, each.places))}"
                + (", …" if each.count > len(each.places) else "") for each in self.all if each.count]
