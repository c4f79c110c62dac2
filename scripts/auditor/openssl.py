"""The `openssl` command: the mathematics of signatures, and chains of certificates as RFC 5280 has them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import der
from .report import Unreadable

# Settings of the machine that the auditor happens to use shall decide nothing.
ENVIRONMENT = {**os.environ, "OPENSSL_CONF": "/dev/null", "LC_ALL": "C"}


def run(arguments: list[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["openssl", *arguments], input=data, capture_output=True, env=ENVIRONMENT, check=False)
    except OSError as error:
        raise Unreadable(f"cannot run openssl: {error}") from None


@contextmanager
def files(**contents: bytes) -> Iterator[dict[str, str]]:
    """Puts bytes into files of a folder of their own while openssl reads them."""
    with tempfile.TemporaryDirectory(prefix="verify-ledger-") as folder:
        paths = {}
        for name, content in contents.items():
            path = Path(folder, name)
            path.write_bytes(content)
            paths[name] = str(path)
        yield paths


def holds(key: bytes, digest: str | None, signature: bytes, message: bytes) -> bool:
    """Whether `signature` over `message` is by the key with this SubjectPublicKeyInfo; no digest means Ed25519."""
    with files(key=der.to_pem(key, "PUBLIC KEY"), signature=signature, message=message) as at:
        if digest is None:
            done = run(["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", at["key"],
                        "-sigfile", at["signature"], "-in", at["message"]])
        else:
            done = run(["dgst", f"-{digest}", "-verify", at["key"], "-signature", at["signature"], at["message"]])
    return done.returncode == 0


def chain_fault(certificate: bytes, others: list[bytes], anchors: list[bytes], at_time: int) -> str | None:
    """Why `certificate` does not lead to one of the anchors at that time, in openssl's words; None where it does."""
    untrusted = b"".join(der.to_pem(each, "CERTIFICATE") for each in others)
    trusted = b"".join(der.to_pem(each, "CERTIFICATE") for each in anchors)
    with files(leaf=der.to_pem(certificate, "CERTIFICATE"), trusted=trusted, others=untrusted) as at:
        arguments = ["verify", "-x509_strict", "-auth_level", "3", "-partial_chain", "-no-CAfile", "-no-CApath",
                     "-no-CAstore", "-trusted", at["trusted"], "-attime", str(at_time), "-verify_depth", "8"]
        if others:
            arguments += ["-untrusted", at["others"]]
        done = run([*arguments, at["leaf"]])
    if done.returncode == 0:
        return None
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return next((line for line in lines if line.startswith("error ")), lines[0] if lines else "openssl says no more")
