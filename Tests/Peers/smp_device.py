#!/usr/bin/env python3
"""A microcontroller with MCUboot behind a pseudo-terminal, made of the public `smp` package's framing and messages.

usage: smp_device.py run STATE LINK [FAULTS]        FAULTS: JSON, see `Device.faults`
       smp_device.py image VERSION SIZE SEED [--protected]     writes an image to standard output
       smp_device.py hash FILE                      prints version and hash of an image

`run` keeps its flash in the file STATE and makes LINK point to its port. It says "ready", then takes JSON commands on
standard input, one a line, each answered by a line: {"pull": true}, {"plug": true}, {"faults": {...}}, {"flash": true}.
It ends with its standard input.
"""
import hashlib, json, os, random, select, struct, sys, termios, time, tty

import cbor2
from smp import header, packet
from smp import image_management as im
from smp import os_management as om

MAGIC = 0x96F3B83D


def make_image(version, size, seed, protected=False):
    """An image as imgtool makes it: header, code, protected TLVs, TLVs with the SHA-256 and what stands for a signature."""
    numbers, _, build = version.partition("+")
    major, minor, revision = (int(n) for n in numbers.split("."))
    code = random.Random(seed).randbytes(size)
    safe = struct.pack("<HHHH", 0x6908, 12, 0x50, 4) + struct.pack("<I", 7) if protected else b""
    head = struct.pack("<IIHHIIBBHII", MAGIC, 0, 32, len(safe), len(code), 0, major, minor, revision, int(build or 0), 0)
    signed = head + code + safe
    entries = struct.pack("<HH", 0x01, 32) + bytes(32) + struct.pack("<HH", 0x10, 32) + hashlib.sha256(signed).digest()
    return signed + struct.pack("<HH", 0x6907, 4 + len(entries)) + entries


def read_image(data):
    """Version and hash of an image in flash, or nothing."""
    if len(data) < 32 or struct.unpack_from("<I", data)[0] != MAGIC:
        return None
    _, _, head, safe, size, _, major, minor, revision, build, _ = struct.unpack_from("<IIHHIIBBHII", data)
    offset = head + size + safe
    if offset + 4 > len(data):
        return None
    end = offset + struct.unpack_from("<H", data, offset + 2)[0]
    offset += 4
    while offset + 4 <= end <= len(data):
        kind, length = struct.unpack_from("<HH", data, offset)
        if kind == 0x10:
            return f"{major}.{minor}.{revision}" + (f".{build}" if build else ""), data[offset + 4 : offset + 4 + length]
        offset += 4 + length
    return None


class Flash:
    """The slots of each image, and what MCUboot keeps beside them; outlives the device's power."""

    def __init__(self, path):
        self.path = path
        with open(path) as file:
            content = json.load(file)
        self.images = {int(number): image for number, image in content["images"].items()}
        self.boots = content.get("boots", 0)

    def save(self):
        with open(self.path + ".new", "w") as file:
            json.dump({"images": self.images, "boots": self.boots}, file)
        os.rename(self.path + ".new", self.path)

    def data(self, number, slot):
        return bytes.fromhex(self.images[number]["slots"][slot])

    def boot(self, refuses):
        """What MCUboot does with swap and revert."""
        self.boots += 1
        for image in self.images.values():
            pending = image.get("pending")
            if pending:
                image["pending"] = None
                if not refuses:
                    image["slots"].reverse()
                    image["confirmed"] = pending == "permanent"
            elif not image.get("confirmed", True):
                image["slots"].reverse()
                image["confirmed"] = True
        self.save()


class Device:
    """Answers requests from its flash, as well or as badly as `faults` says."""

    def __init__(self, flash, link, faults):
        self.flash, self.link, self.faults = flash, link, faults
        self.upload = None
        self.answers = []
        self.done = set()
        self.far = self.near = None
        self.decoder, self.buffer = None, b""
        self.mute = False

    # The port

    def plug(self):
        self.far, self.near = os.openpty()
        tty.setraw(self.near)
        if os.path.lexists(self.link):
            os.unlink(self.link)
        os.symlink(os.ttyname(self.near), self.link)

    def pull(self):
        if self.far is None:
            return
        os.unlink(self.link)
        os.close(self.far)
        os.close(self.near)
        self.far = self.near = None
        self.decoder, self.buffer = None, b""

    def reset(self):
        if self.faults.get("usb"):
            self.pull()
        time.sleep(self.faults.get("boot-time", 0.05))
        self.upload = None
        self.flash.boot("revert" in self.faults)
        self.mute = "no-boot" in self.faults
        if self.far is None:
            self.plug()
        else:
            termios.tcflush(self.far, termios.TCIOFLUSH)
        self.decoder, self.buffer = None, b""

    def once(self, fault):
        """Whether a fault that comes once is due."""
        if fault in self.faults and fault not in self.done:
            self.done.add(fault)
            return True
        return False

    # Packets

    def hear(self):
        try:
            data = os.read(self.far, 4096)
        except OSError:
            return
        self.buffer += data
        while b"\n" in self.buffer and self.far is not None:
            line, self.buffer = self.buffer.split(b"\n", 1)
            if self.mute or "silence" in self.faults:
                continue
            if "echo" in self.faults or "only-echo" in self.faults:
                self.write(line + b"\n")
            self.take(line + b"\n")

    def take(self, line):
        if line.startswith(packet.START_DELIMITER):
            self.decoder = packet.decode()
            next(self.decoder)
        elif self.decoder is None:
            return
        try:
            self.decoder.send(line)
        except StopIteration as end:
            self.decoder = None
            self.request(end.value)
        except Exception:
            self.decoder = None

    def write(self, data):
        while data:
            data = data[os.write(self.far, data) :]

    def request(self, data):
        head = header.Header.loads(data[:8])
        self.head = head
        if "only-echo" in self.faults:
            return
        if "v1" in self.faults and head.version != header.Version.V1:
            # One of version 1 says so, or takes no notice.
            return self.refuse(13) if self.faults["v1"] == "tells" else None
        handler = {
            (0, 0): self.echo, (0, 5): self.restart, (0, 6): self.parameters, (0, 7): self.info,
            (1, 0): self.state, (1, 1): self.chunk, (1, 5): self.erase,
        }.get((int(head.group_id), int(head.command_id)))
        if handler is None:
            return self.refuse(8)
        handler(head, data)

    def reply(self, kind, **members):
        answer = bytes(kind(version=self.head.version, sequence=self.head.sequence, **members))
        # The package gives the answer to a write of image states the operation of a read; devices do not.
        self.send(bytes([answer[0] & ~7 | int(self.head.op) + 1]) + answer[1:])

    def error(self, **members):
        """An error's header is that of the request: the package's error messages have no number of their own."""
        body = cbor2.dumps(members)
        return bytes(header.Header(
            op=header.OP(int(self.head.op) + 1), version=self.head.version, flags=header.Flag(0), length=len(body),
            group_id=self.head.group_id, sequence=self.head.sequence, command_id=self.head.command_id)) + body

    def refuse(self, rc):
        """A refusal of the general kind."""
        self.send(self.error(rc=rc))

    def deny(self, rc):
        """A refusal of the image group: of its own in version 2, of the general kind in version 1."""
        if self.head.version == header.Version.V1:
            return self.refuse(1)
        answer = self.error(err={"group": 1, "rc": int(rc)})
        im.ImageManagementErrorV2.loads(answer)
        self.send(answer)

    def send(self, answer):
        old = self.answers[-1] if self.answers else None
        self.answers = self.answers[-3:] + [answer]
        frames = list(packet.encode(answer))
        if "babble-only" in self.faults:
            return self.write(b"<inf> pump: still here\r\n" * 3 + b"\x06" + b"no frame\n")
        if "huge" in self.faults:
            self.write(packet.START_DELIMITER + packet.b64encode(struct.pack("!H", 60_000) + bytes(60)) + b"\n")
            return self.write(packet.START_DELIMITER + b"A" * 9000 + b"\n")
        if "nonsense" in self.faults:
            frames = list(packet.encode(answer[:8] + b"\xff" * (len(answer) - 8)))
        if "crc" in self.faults or self.once("crc-once"):
            whole = bytearray(packet.b64decode(b"".join(frame[2:-1] for frame in frames)))
            whole[-1] ^= 1
            frames = [packet.START_DELIMITER + packet.b64encode(whole[:90]) + b"\n"] + [
                packet.CONTINUE_DELIMITER + packet.b64encode(whole[at : at + 90]) + b"\n"
                for at in range(90, len(whole), 90)]
        if "half" in self.faults or self.once("half-once"):
            return self.write(frames[0][: len(frames[0]) // 2])
        if "replay" in self.faults:
            stale = old or answer
            return self.write(b"".join(packet.encode(stale[:6] + bytes([(stale[6] - 7) % 256]) + stale[7:])))
        if "old-first" in self.faults and old:
            self.write(b"".join(packet.encode(old)))
        for frame in frames:
            if "babble" in self.faults:
                self.write(b"<inf> pump: flow 12 ml/h\r\n*** half a line ")
            self.write(frame)
        if "twice" in self.faults:
            self.write(b"".join(frames))

    # The commands

    def echo(self, head, data):
        self.reply(om.EchoWriteResponse, r=om.EchoWriteRequest.loads(data).d)

    def restart(self, head, data):
        om.ResetWriteRequest.loads(data)
        if "reset-ignored" in self.faults and self.once("reset-ignored"):
            return
        if "reset-silent" not in self.faults:
            self.reply(om.ResetWriteResponse)
            termios.tcdrain(self.far)
            # The answer is on its way; what is behind a pseudo-terminal must have read it before the port goes.
            if self.faults.get("usb"):
                time.sleep(0.05)
        self.reset()

    def parameters(self, head, data):
        om.MCUMgrParametersReadRequest.loads(data)
        if "no-parameters" in self.faults:
            return self.refuse(8)
        self.reply(om.MCUMgrParametersReadResponse, buf_size=self.faults.get("buffer", 1024), buf_count=4)

    def info(self, head, data):
        om.OSApplicationInfoReadRequest.loads(data)
        self.reply(om.OSApplicationInfoReadResponse, output="Zephyr pump-motor v3.7.0 cortex-m4 \x1b[31mmps2/an386")

    def states(self):
        states = []
        for number, image in sorted(self.flash.images.items()):
            for slot in (0, 1):
                found = read_image(self.flash.data(number, slot))
                if not found:
                    continue
                version, digest = found
                confirmed = image.get("confirmed", True)
                if slot == 0 and "wrong-version" in self.faults and not confirmed:
                    version = "9.9.9"
                members = dict(slot=slot, image=number, version=version, hash=digest, bootable=True)
                if slot == 0:
                    members |= dict(active=True, confirmed=confirmed)
                else:
                    members |= dict(
                        pending=bool(image.get("pending")), permanent=image.get("pending") == "permanent",
                        confirmed=not confirmed)
                states.append(im.ImageState(**members))
        return states

    def state(self, head, data):
        if head.op == header.OP.READ:
            im.ImageStatesReadRequest.loads(data)
            return self.reply(im.ImageStatesReadResponse, images=self.states())
        request = im.ImageStatesWriteRequest.loads(data)
        fault = "refuse-confirm" if request.confirm else "refuse-test"
        if fault in self.faults:
            return self.deny(im.IMG_MGMT_ERR.FLASH_WRITE_FAILED)
        for number, image in self.flash.images.items():
            hashes = [found[1] if (found := read_image(self.flash.data(number, slot))) else None for slot in (0, 1)]
            if request.confirm and request.hash in (None, hashes[0]):
                image["confirmed"] = True
            elif request.hash == hashes[0]:
                return self.deny(im.IMG_MGMT_ERR.IMAGE_SETTING_TEST_TO_ACTIVE_DENIED)
            elif request.hash == hashes[1]:
                image["pending"] = "permanent" if request.confirm else "test"
            else:
                continue
            self.flash.save()
            return self.reply(im.ImageStatesWriteResponse, images=self.states())
        self.deny(im.IMG_MGMT_ERR.HASH_NOT_FOUND)

    def chunk(self, head, data):
        request = im.ImageUploadWriteRequest.loads(data)
        if len(data) + 2 > self.faults.get("buffer", 1024):
            return  # More than its buffer: lost.
        if request.off == 0:
            number = request.image or 0
            if request.len is None or request.len > self.faults.get("slot-size", 1 << 20):
                return self.deny(im.IMG_MGMT_ERR.INVALID_IMAGE_TOO_LARGE)
            image = self.flash.images[number]
            if image.get("pending") or not image.get("confirmed", True):
                return self.refuse(6)
            if not (self.upload and self.upload["sha"] == request.sha):
                self.upload = dict(number=number, sha=request.sha, len=request.len, data=b"")
                image["slots"][1] = ""
                self.flash.save()
        upload = self.upload
        if upload is None:
            return self.reply(im.ImageUploadWriteResponse, off=0)
        if request.off >= self.faults.get("refuse-at", 1 << 30):
            return self.deny(im.IMG_MGMT_ERR.FLASH_WRITE_FAILED)
        if "stall" in self.faults and request.off >= self.faults["stall"]:
            return self.reply(im.ImageUploadWriteResponse, off=request.off)
        if "outside" in self.faults:
            return self.reply(im.ImageUploadWriteResponse, off=upload["len"] + 1)
        if request.off == len(upload["data"]):
            upload["data"] += request.data
        for place in self.faults.get("die-at", []):
            if len(upload["data"]) >= place and ("die", place) not in self.done:
                self.done.add(("die", place))
                return self.die()
        for place in self.faults.get("back-at", []):
            if len(upload["data"]) >= place and ("back", place) not in self.done:
                self.done.add(("back", place))
                upload["data"] = upload["data"][: place // 2]
        if "back-always" in self.faults and len(upload["data"]) > self.faults["back-always"]:
            upload["data"] = b""
        if len(upload["data"]) == upload["len"]:
            if hashlib.sha256(upload["data"]).digest() != upload["sha"]:
                return self.deny(im.IMG_MGMT_ERR.INVALID_HASH)
            stored = upload["data"]
            if "corrupts" in self.faults:
                stored = stored[:-1] + bytes([stored[-1] ^ 1])
            self.flash.images[upload["number"]]["slots"][1] = stored.hex()
            self.flash.save()
        self.reply(im.ImageUploadWriteResponse, off=len(upload["data"]))

    def die(self):
        """Its cable is pulled, and plugged in again; with "forgets" its supply as well."""
        self.pull()
        time.sleep(self.faults.get("boot-time", 0.05))
        if "forgets" in self.faults:
            self.upload = None
        self.plug()

    def erase(self, head, data):
        im.ImageEraseRequest.loads(data)
        image = self.flash.images[0]
        if image.get("pending") or not image.get("confirmed", True):
            return self.refuse(6)
        image["slots"][1] = ""
        self.flash.save()
        self.reply(im.ImageEraseResponse)

    # What the test says

    def obey(self, line):
        command = json.loads(line)
        answer = "ok"
        if "pull" in command:
            self.pull()
        if "plug" in command and self.far is None:
            self.plug()
        if "faults" in command:
            self.faults, self.done, self.mute = command["faults"], set(), False
        if "flash" in command:
            answer = json.dumps({
                "boots": self.flash.boots,
                "images": {number: {
                    "hashes": [found[1].hex() if (found := read_image(self.flash.data(number, slot))) else None
                               for slot in (0, 1)],
                    "confirmed": image.get("confirmed", True), "pending": image.get("pending"),
                } for number, image in self.flash.images.items()}})
        print(answer, flush=True)


def run(state, link, faults):
    device = Device(Flash(state), link, faults)
    device.plug()
    print("ready", flush=True)
    commands = b""
    while True:
        ends = [0] + ([device.far] if device.far is not None else [])
        ready, _, _ = select.select(ends, [], [])
        if device.far in ready:
            device.hear()
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                break
            commands += data
            while b"\n" in commands:
                line, commands = commands.split(b"\n", 1)
                device.obey(line)
    device.pull()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", state, link, *faults]:
            run(state, link, json.loads(faults[0]) if faults else {})
        case ["image", version, size, seed, *options]:
            sys.stdout.buffer.write(make_image(version, int(size), int(seed), "--protected" in options))
        case ["hash", path]:
            with open(path, "rb") as file:
                version, digest = read_image(file.read())
            print(version, digest.hex())
        case _:
            sys.exit(__doc__)
