from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import truststore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desktop_app.adapters.tls import client_context

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own, and a server that it vouches for."""

    root: Path
    server: ssl.SSLContext


def certificate(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    root = name == issuer
    usage = x509.KeyUsage(True, False, False, False, False, root, root, False, False)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
        .sign(by, hashes.SHA256())
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    ca_key, server_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    pem = serialization.Encoding.PEM
    root = tmp_path / "root.pem"
    root.write_bytes(certificate("Test Root", "Test Root", ca_key, ca_key).public_bytes(pem))
    chain = tmp_path / "server.pem"
    chain.write_bytes(
        server_key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate("localhost", "Test Root", server_key, ca_key).public_bytes(pem)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return Authority(root, server)


def greeting(authority: Authority, context: ssl.SSLContext, host: str = "localhost") -> bytes:
    """What a real server says to a client that connects to it as ``host``."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async def connect() -> bytes:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=authority.server)
        port = server.sockets[0].getsockname()[1]
        async with server:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=context, server_hostname=host
            )
            try:
                return await reader.read()
            finally:
                writer.close()

    return asyncio.run(connect())


def without_truststore(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(protocol: int) -> ssl.SSLContext:
        raise OSError("no certificate store")

    monkeypatch.setattr(truststore, "SSLContext", fails)


def test_the_roots_are_the_system_s() -> None:
    assert isinstance(client_context(), truststore.SSLContext)


def test_a_server_of_an_extra_authority_is_trusted(authority: Authority) -> None:
    assert greeting(authority, client_context(authority.root)) == b"hello"


def test_without_it_the_same_server_is_refused(authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        greeting(authority, client_context())


def test_a_server_of_another_name_is_refused(authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        greeting(authority, client_context(authority.root), "example.org")


def test_where_the_system_s_roots_cannot_be_used_the_standard_ones_are_and_verify(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without_truststore(monkeypatch)
    assert "System certificates" not in caplog.text
    context = client_context(authority.root)
    assert "System certificates are not used" in caplog.text
    assert greeting(authority, context) == b"hello"
    with pytest.raises(ssl.SSLCertVerificationError):
        greeting(authority, client_context())
    with pytest.raises(ssl.SSLCertVerificationError):
        greeting(authority, context, "example.org")


def test_a_file_of_roots_that_is_missing_or_empty_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        client_context(tmp_path / "none.pem")
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(ssl.SSLError):
        client_context(tmp_path / "empty.pem")
