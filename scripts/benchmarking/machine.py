"""What the benchmark does to the machine: a slot on a loop device, processes with their memory, and clocks."""

import os
import resource
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    pass


def run(*arguments: str | Path, **options) -> subprocess.CompletedProcess:
    """Runs a command to its end; raises with what it said unless it succeeded."""
    result = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        raise Failure(f"{arguments[0]}: {result.stderr.strip() or result.stdout.strip()}")
    return result


class Slot:
    """A loop device over a file: what is installed into."""

    def __init__(self, file: Path, size: int, direct: bool):
        self.file, self.size = file, size
        with open(file, "wb") as handle:
            os.posix_fallocate(handle.fileno(), 0, size)
        mode = "on" if direct else "off"
        self.device = run("losetup", "--find", "--show", f"--direct-io={mode}", file).stdout.strip()

    def fill(self) -> None:
        """Writes a pattern that no image holds, so that no part of an image is there already."""
        block = b"\xa5\x5a" * (MIB // 2)
        with open(self.device, "r+b", buffering=0) as device:
            for _ in range(self.size // MIB):
                device.write(block)
            os.fsync(device.fileno())
        os.sync()

    def flush(self) -> float:
        """Flushes what is written but not on the medium; the seconds that it took."""
        begun = time.monotonic()
        with open(self.device, "r+b", buffering=0) as device:
            os.fsync(device.fileno())
        return time.monotonic() - begun

    def holds(self, image: Path) -> bool:
        return subprocess.run(["cmp", "-s", "-n", str(image.stat().st_size), self.device, image]).returncode == 0

    def close(self) -> None:
        run("losetup", "--detach", self.device)
        self.file.unlink()


class Processes:
    """The processes of one installer: started here, watched here, and ended here."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.running: list[subprocess.Popen] = []

    def start(self, *arguments: str | Path, **options) -> subprocess.Popen:
        with open(self.log, "wb") as log:
            process = subprocess.Popen(
                [str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options
            )
        self.running.append(process)
        return process

    def finish(self, process: subprocess.Popen) -> None:
        status = process.wait()
        self.running.remove(process)
        if status != 0:
            said = self.log.read_text(errors="replace").strip().splitlines()[-5:]
            raise Failure(f"{process.args[0]} ended with status {status}: " + "; ".join(said))

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
            process.wait()
        self.running.clear()

    def identifiers(self) -> list[int]:
        """All of them, with their children."""
        found, pending = [], [process.pid for process in list(self.running)]
        while pending:
            pid = pending.pop()
            found.append(pid)
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    pending += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
            except OSError:
                pass
        return found

    def processor_seconds(self) -> float:
        """Of those that have ended and of those that still run."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        total = ended.ru_utime + ended.ru_stime
        for process in self.running:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(map(int, fields[11:15])) / TICKS
        return total

    def memory(self) -> "Memory":
        """Summed over all of them, now."""
        private = anonymous = 0
        for pid in self.identifiers():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            except OSError:
                continue
            sizes = {name: int(rest.split()[0]) for name, rest in (line.split(":", 1) for line in lines)}
            private += sizes["Private_Clean"] + sizes["Private_Dirty"]
            anonymous += sizes["Pss_Anon"]
        return Memory(private / 1024, anonymous / 1024)


@dataclass
class Memory:
    """MiB. Private is mapped by one process alone; anonymous is what no file backs, its shared pages divided."""

    private: float = 0
    anonymous: float = 0


class Sampler:
    """Takes the peak of a set of processes' memory every 5 ms while a block runs."""

    def __init__(self, processes: Processes):
        self.processes, self.peak = processes, Memory()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.sample)

    def sample(self) -> None:
        while not self.over.wait(0.005):
            now = self.processes.memory()
            self.peak.private = max(self.peak.private, now.private)
            self.peak.anonymous = max(self.peak.anonymous, now.anonymous)

    def __enter__(self) -> "Sampler":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


class ReadySocket:
    """The socket that a service says READY=1 to (sd_notify(3))."""

    def __init__(self, folder: Path):
        self.path = folder / "notify"
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(30)

    def wait(self) -> None:
        while b"READY=1" not in self.socket.recv(4096).split(b"\n"):
            pass

    def close(self) -> None:
        self.socket.close()
        self.path.unlink()
