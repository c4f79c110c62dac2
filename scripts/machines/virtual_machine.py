"""QEMU without KVM: one run of a machine from power on to power off."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .commands import Failure
from .console import LineLog, Port, Ports

FIRMWARE = Path("/usr/share/OVMF")
EMULATOR = "qemu-system-x86_64"
# Without wide vectors, which C libraries prefer and emulation is slow at: a boot takes a sixth less than with "max".
MODEL = "Nehalem"


@dataclass
class Hardware:
    """What the machine is made of. The disk is `disk`, as vda, or what `disk_arguments` of QEMU's make of it."""

    disk: Path
    board: str = "q35"
    """q35 with UEFI firmware, or pc with `bios`."""
    bios: Path | None = None
    watchdog: str | None = "tco"
    """tco (q35's own, which the loader arms) or i6300esb; None: there is none."""
    memory: int = 512
    # One: with two a machine once stayed silent after a restart on a busy host. That OVMF waits without end for a second that is
    # woken late (tianocore/edk2 #13164) would explain it, but was not shown.
    processors: int = 1
    http_port: int | None = None
    """A port of the loopback of this host that the machine reaches at 10.0.2.100:80; it reaches nothing else."""
    disk_arguments: Sequence[str] = ()
    """For example -blockdev options with blklogwrites, the last of them with node-name=disk."""
    extra: Sequence[str] = field(default_factory=tuple)

    def arguments(self, folder: Path) -> list[str]:
        """The command line of QEMU, with its sockets and the firmware's variables in `folder`."""
        line = [EMULATOR, "-accel", "tcg,thread=multi", "-cpu", MODEL, "-nodefaults", "-no-user-config"]
        line += ["-display", "none", "-m", str(self.memory), "-smp", str(self.processors), "-M", self.board]
        line += ["-qmp", f"unix:{folder}/qmp,server=on,wait=off", "-S", "-rtc", "base=utc,clock=host"]
        # What asks for a restart stops the machine: see Restarts.
        line += ["-action", "reboot=shutdown,shutdown=pause"]
        line += ["-qtest", f"unix:{folder}/qtest,server=on,wait=off", "-qtest-log", "/dev/null"]
        if self.bios:
            line += ["-bios", str(self.bios)]
        elif self.board.startswith("q35"):
            code = "if=pflash,format=raw,unit=0,readonly=on"
            line += ["-drive", f"{code},file={FIRMWARE}/OVMF_CODE_4M.fd"]
            line += ["-drive", f"if=pflash,format=raw,unit=1,file={folder}/firmware-variables"]
        if self.disk_arguments:
            line += [*self.disk_arguments, "-device", "virtio-blk-pci,drive=disk,bootindex=1"]
        else:
            line += ["-blockdev", f"driver=file,filename={self.disk},node-name=file"]
            line += ["-blockdev", "driver=raw,file=file,node-name=disk"]
            line += ["-device", "virtio-blk-pci,drive=disk,bootindex=1"]
        if self.watchdog == "tco":
            line += ["-global", "ICH9-LPC.noreboot=off", "-action", "watchdog=reset"]
        elif self.watchdog:
            line += ["-device", self.watchdog, "-action", "watchdog=reset"]
        network = "user,id=lan,restrict=on"
        if self.http_port:
            network += f",guestfwd=tcp:10.0.2.100:80-cmd:socat - TCP:127.0.0.1:{self.http_port}"
        line += ["-netdev", network, "-device", "virtio-net-pci,netdev=lan,romfile="]
        line += ["-object", "rng-random,id=random,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=random"]
        for name in ("console", "service"):
            line += ["-chardev", f"socket,id={name},path={folder}/{name},server=on,wait=off"]
            line += ["-serial", f"chardev:{name}"]
        line += ["-device", "virtio-serial-pci"]
        for name in ("door", "watch"):
            line += ["-chardev", f"socket,id={name},path={folder}/{name},server=on,wait=off"]
            line += ["-device", f"virtconsole,chardev={name}"]
        return [*line, *self.extra]


class VirtualMachine:
    """A machine that is switched on by `VirtualMachine(hardware, logs)` and off by `cut` or `close`.

    `console` is ttyS0, `service` ttyS1, `door` and `watch` are hvc0 and hvc1. Everything that came on the two serial
    ports is appended to `logs`, console.log and service.log. The process ends with this one, however that ends.
    """

    console: Port
    service: Port
    door: Port
    watch: Port
    monitor: "Monitor | None" = None

    def __init__(self, hardware: Hardware, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="aftercare-machine."))
        if hardware.bios is None:
            shutil.copyfile(FIRMWARE / "OVMF_VARS_4M.fd", self._folder / "firmware-variables")
        self._errors = open(logs / "qemu.log", "ab")
        self._logs: list[LineLog] = []
        # A process group of its own: Ctrl-C ends the stories first, and those end the machine.
        # And it never outlives this process, not even where that is killed.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *hardware.arguments(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            start_new_session=True,
        )
        atexit.register(self.cut)
        self._memory = hardware.memory << 20
        self._ports = Ports()
        self._logs = [LineLog(logs / f"{name}.log") for name in ("console", "service")]
        for log in self._logs:
            log.note("power on")
        try:
            self._connect()
        except BaseException:
            self.cut()
            raise

    def __enter__(self) -> "VirtualMachine":
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        return self._process.pid

    def cut(self) -> None:
        """Cuts the power: SIGKILL. What the machine handed to its disk is there, what it held in memory is not."""
        atexit.unregister(self.cut)
        if self._process.poll() is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
        self._ports.close()
        if self.monitor:
            self.monitor.close()
        for log in self._logs:
            log.note("power off")
            log.close()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def wait_off(self, timeout: float = 300) -> None:
        """Waits until the machine has switched itself off, and cleans up."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"the machine did not switch itself off within {timeout:.0f} s") from None
        self.cut()

    def _connect(self) -> None:
        end = time.monotonic() + 60
        sockets = [self._folder / name for name in ("console", "service", "door", "watch", "qmp", "qtest")]
        while not all(path.exists() for path in sockets):
            if self._process.poll() is not None or time.monotonic() > end:
                raise Failure(f"QEMU did not start: see '{self._errors.name}'")
            time.sleep(0.02)  # there is no event for a socket that another process binds
        self.console = self._ports.connect("console", sockets[0])
        self.service = self._ports.connect("service port", sockets[1])
        self.door = self._ports.connect("door", sockets[2])
        self.watch = self._ports.connect("watch", sockets[3])
        for port, log in zip((self.console, self.service), self._logs):
            port.log(log)
        self._ports.start()
        self.monitor = Monitor(sockets[4])
        Restarts(self.monitor, sockets[5], self._memory)
        self.monitor.execute("cont")


class Monitor:
    """QEMU's machine protocol: commands, and events such as RESET and WATCHDOG, which are all kept with their times."""

    def __init__(self, path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(path))
        self._file = self._line.makefile("r")
        self._changed = threading.Condition()
        self._answers: list[dict[str, object]] = []
        self._open = True
        self.events: list[tuple[float, str]] = []
        self._reasons: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True, name="monitor")
        self._thread.start()
        self.execute("qmp_capabilities")

    def execute(self, command: str, **arguments: object) -> object:
        """Gives a command and returns its answer."""
        request = {"execute": command, **({"arguments": arguments} if arguments else {})}
        with self._changed:
            self._line.sendall(json.dumps(request).encode() + b"\n")
            while not self._answers and self._open:
                self._changed.wait(60)
            if not self._answers:
                raise Failure(f"QEMU's monitor did not answer '{command}'")
            answer = self._answers.pop(0)
        if "error" in answer:
            raise Failure(f"QEMU's monitor refused '{command}': {answer['error']}")
        return answer["return"]

    def count(self, event: str) -> int:
        """How often an event came so far."""
        with self._changed:
            return sum(1 for _, name in self.events if name == event)

    def wait(self, event: str, count: int, timeout: float = 300) -> None:
        """Waits until an event came `count` times in all."""
        end = time.monotonic() + timeout
        with self._changed:
            while sum(1 for _, name in self.events if name == event) < count:
                left = end - time.monotonic()
                if left <= 0 or not self._open:
                    raise Failure(f"the event {event} did not come within {timeout:.0f} s")
                self._changed.wait(left)

    def await_stop(self, number: int) -> str | None:
        """Waits until the machine stops by itself for the `number`th time, and says why; None: it is gone."""
        with self._changed:
            while len(self._reasons) < number and self._open:
                self._changed.wait()
            return self._reasons[number - 1] if len(self._reasons) >= number else None

    def close(self) -> None:
        self._thread.join(10)
        self._line.close()

    def _read(self) -> None:
        try:
            for line in self._file:
                message = json.loads(line)
                with self._changed:
                    if "event" in message:
                        self.events.append((time.monotonic(), message["event"]))
                        if message["event"] == "SHUTDOWN":
                            self._reasons.append(message["data"]["reason"])
                    elif "QMP" not in message:
                        self._answers.append(message)
                    self._changed.notify_all()
        except (OSError, ValueError):
            pass
        with self._changed:
            self._open = False
            self._changed.notify_all()


class Restarts:
    """Lets a machine that asked for a restart, or whose watchdog did, begin anew with its memory emptied.

    QEMU's emulator remembers from which pages of memory it translated code, and a write to one of these is slow: after
    a plain reset the loader, whose data lie where Linux had its code, takes a minute, and not five seconds. It forgets
    them as the memory is emptied, which only its test protocol has a command for.
    """

    def __init__(self, monitor: Monitor, protocol: Path, memory: int) -> None:
        self._monitor = monitor
        self._memory = memory
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(protocol))
        threading.Thread(target=self._run, daemon=True, name="restarts").start()

    def _run(self) -> None:
        stops = 0
        try:
            while reason := self._monitor.await_stop(stops + 1):
                stops += 1
                if reason == "guest-reset":
                    self._restart()
                else:
                    self._monitor.execute("quit")
        except (OSError, Failure):
            pass  # the machine is gone
        finally:
            self._line.close()

    def _restart(self) -> None:
        self._line.sendall(f"memset 0x0 {self._memory:#x} 0x0\n".encode())
        if not self._line.recv(64).startswith(b"OK"):
            raise Failure("QEMU did not empty the memory")
        resets = self._monitor.count("RESET")
        self._monitor.execute("set-action", reboot="reset")
        self._monitor.execute("system_reset")
        self._monitor.wait("RESET", resets + 1)
        self._monitor.execute("set-action", reboot="shutdown")
        self._monitor.execute("cont")
