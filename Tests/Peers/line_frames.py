#!/usr/bin/python3
"""Reads what a line brought from standard input and prints its frames, one JSON object a line.

Written from docs/line-protocol.md alone, as an oracle for the frames of Sources/Transfers. With --encode it writes frames from such
lines instead.
"""

import json
import struct
import sys
import zlib

LIMIT = 8192


def unstuff(run: bytes) -> bytes | None:
    plain = bytearray()
    place = 0
    while place < len(run):
        code = run[place]
        block = run[place + 1 : place + code]
        if len(block) != code - 1:
            return None
        plain += block
        place += code
        if code < 255 and place < len(run):
            plain.append(0)
    return bytes(plain)


def stuff(plain: bytes) -> bytes:
    stuffed = bytearray()
    block = bytearray()
    for byte in plain:
        if byte:
            block.append(byte)
        if not byte or len(block) == 254:
            stuffed += bytes([len(block) + 1]) + block
            block.clear()
    return bytes(stuffed + bytes([len(block) + 1]) + block)


def decode(run: bytes) -> dict | None:
    plain = unstuff(run)
    if plain is None or len(plain) < 10:
        return None
    kind, flags, number, length = struct.unpack_from("<BBHH", plain)
    payload, check = plain[6:-4], struct.unpack("<I", plain[-4:])[0]
    if flags or length != len(payload) or length > LIMIT or check != zlib.crc32(plain[:-4]):
        return None
    return {"type": kind, "number": number, "payload": payload.hex()}


def encode(frame: dict) -> bytes:
    payload = bytes.fromhex(frame["payload"])
    plain = struct.pack("<BBHH", frame["type"], 0, frame["number"], len(payload)) + payload
    return b"\0" + stuff(plain + struct.pack("<I", zlib.crc32(plain))) + b"\0"


def main() -> None:
    if "--encode" in sys.argv:
        for line in sys.stdin:
            sys.stdout.buffer.write(encode(json.loads(line)))
        return
    # What stands before the first zero byte and after the last is no frame.
    for run in sys.stdin.buffer.read().split(b"\0")[1:-1]:
        frame = decode(run) if run else None
        if frame is not None:
            print(json.dumps(frame))


if __name__ == "__main__":
    main()
