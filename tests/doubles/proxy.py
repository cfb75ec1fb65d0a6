"""deploy/nginx.conf run for real: other ports, a certificate of its own, everything else as it is shipped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Nginx:
    """nginx in front of what listens on `upstream_port`, until the block ends. Skips the test where there is none."""

    def __init__(self, folder: Path, upstream_port: int) -> None:
        found = shutil.which("nginx")
        if not found:
            pytest.skip("needs nginx, which is not installed")
        self.port, plain = _free_port(), _free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        folder.mkdir(exist_ok=True)
        config = nginx_files(folder, upstream_port, (plain, self.port))
        self.certificate = folder / "fullchain.pem"
        self._command = [found, "-p", str(folder), "-c", str(config), "-g", "daemon off;"]
        self.log = folder / "error.log"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stderr=self.log.open("wb"))
        give_up_at = time.monotonic() + 20
        while time.monotonic() < give_up_at:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(20)


def nginx_files(folder: Path, upstream_port: int, ports: tuple[int, int]) -> Path:
    """The shipped file with what belongs to this test in it; each piece that is replaced must be there."""
    key, certificate = self_signed(folder)
    plain, tls = ports
    text = SHIPPED.read_text()
    for shipped, here in {
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
        "worker_processes auto;": f"worker_processes 1; {'user root;' if os.getuid() == 0 else ''}",
        "127.0.0.1:8000": f"127.0.0.1:{upstream_port}",
        "/var/cache/nginx/leadbot": f"{folder}/cache",
        "/etc/leadbot/tls/fullchain.pem": str(certificate),
        "/etc/leadbot/tls/privkey.pem": str(key),
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{tls} ssl",
        "http {\n": "http {\n" + "".join(f"    {name}_temp_path {folder}/{name};\n" for name in TEMPORARY),
    }.items():
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    config = folder / "nginx.conf"
    config.write_text(text)
    return config


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1 that nobody else trusts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number()).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
    )
    certificate = (
        made.not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "privkey.pem", folder / "fullchain.pem"
    paths[0].touch(mode=0o600)
    paths[0].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return paths


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
