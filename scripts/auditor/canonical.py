"""JSON that may be written in one way only: the canonical form of RFC 8785, read strictly.

What is read is parsed, written again in canonical form and compared: any other bytes for the same values are refused,
and so is everything that two readers could take differently (a key that stands twice, numbers beyond a double, text
that is not Unicode, whole numbers beyond 2^53 - 1).
"""

from __future__ import annotations

import json
import math
from typing import NoReturn

from .report import Refused, printable

EXACT = 2**53 - 1
DEPTH = 32


def pairs(members: list[tuple[str, object]]) -> dict[str, object]:
    """An object, in which no key may stand twice."""
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused("AC-1103", f"the key '{printable(twice, 40)}' stands twice in one object")
    return found


def whole(digits: str) -> int:
    """A number without fraction."""
    if len(digits) <= 17 and abs(value := int(digits)) <= EXACT:
        return value
    raise Refused("AC-1102", f"{printable(digits, 40)} is beyond 2^53 - 1")


def decimal(digits: str) -> float:
    """A number with a fraction or an exponent, whose canonical form may not be a whole number beyond 2^53 - 1."""
    value = float(digits)
    if EXACT < abs(value) < 1e21:
        raise Refused("AC-1102", f"{printable(digits, 40)} is beyond 2^53 - 1")
    return value


def constant(name: str) -> NoReturn:
    raise Refused("AC-1102", f"{name} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=pairs, parse_int=whole, parse_float=decimal, parse_constant=constant)


def parse(data: bytes) -> object:
    """The value of one JSON text; refused where it is none, or where a key stands twice."""
    try:
        text = data.decode("utf-8")
        value, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise Refused("AC-1102", f"it is no JSON: {error}") from None
    if end != len(text):
        raise Refused("AC-1102", f"something stands behind the JSON, from character {end}")
    return value


def number(value: int | float) -> str:
    """A number as ECMAScript writes it (RFC 8785 §3.2.2.3)."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise Refused("AC-1102", "a number is larger than a double")
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    before, _, after = mantissa.partition(".")
    after = "" if after == "0" else after
    digits = (before + after).lstrip("0")
    # Where the decimal point stands, counted from the first digit that is not zero.
    point = int(exponent or 0) + len(digits) - len(after)
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        body = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        body = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        body = "0." + "0" * -point + digits
    else:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        body = f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return f"-{body}" if value < 0 else body


# Python's own encoder escapes exactly what RFC 8785 wants escaped, in the same spelling.
text = json.encoder.encode_basestring


def write(value: object, depth: int = 0) -> str:
    """The canonical form as text."""
    if depth >= DEPTH:
        raise Refused("AC-1104", f"it is nested deeper than {DEPTH} levels")
    if isinstance(value, str):
        return text(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, list):
        return "[" + ",".join([write(each, depth + 1) for each in value]) + "]"
    if isinstance(value, dict):
        names = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=utf16)
        return "{" + ",".join([f"{text(name)}:{write(value[name], depth + 1)}" for name in names]) + "}"
    raise TypeError(type(value))


def utf16(name: str) -> bytes:
    """RFC 8785 orders keys by their UTF-16 code units."""
    return name.encode("utf-16-be", "surrogatepass")


def encode(value: object) -> bytes:
    """The canonical bytes of a value."""
    try:
        return write(value).encode("utf-8")
    except UnicodeEncodeError:
        raise Refused("AC-1102", "a text holds half a character") from None


def read(data: bytes, code: str = "AC-1102") -> object:
    """The value of bytes that are their own canonical form; `code` is what others are refused with."""
    value = parse(data)
    if encode(value) != data:
        raise Refused(code, "it is not in canonical form (RFC 8785)")
    return value
