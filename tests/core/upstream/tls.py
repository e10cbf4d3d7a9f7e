"""What the tests of encrypted connections share: certificates of a moment, and a proxy that makes tunnels."""

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cgb.upstream import origin

from .kit import serving

NAME = "mine.invalid"


@cache
def _pair(name, *, is_authority=False):
    """A key and its certificate, of an authority of its own or of that of the tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, signing = (name, key) if is_authority else ("the tests", _pair("the tests", is_authority=True)[0])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        .sign(signing, hashes.SHA256())
    )
    return key, certificate


def _usage(*, is_authority):
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
    never = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=is_authority, **never)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def served_as(name, folder):
    """What a server of that name encrypts with."""
    key, certificate = _pair(name)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + _pem(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def encrypted(tmp_path):
    """What the server `mine.invalid` encrypts with."""
    return served_as(NAME, tmp_path)


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """The authority of the tests is trusted, as a company's own would be."""
    path = tmp_path / "authority.pem"
    path.write_bytes(_pem(_pair("the tests", is_authority=True)[1]))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    origin._trusted.cache_clear()
    yield
    origin._trusted.cache_clear()


@asynccontextmanager
async def tunnels(port, context=None):
    """A proxy that leads every tunnel to that port of ours: its own port, and the requests for tunnels."""
    heads = []

    async def handle(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        there = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pumped(reader, there[1]), _pumped(there[0], writer))

    async with serving(handle, context) as own:
        yield own, heads


async def _pumped(reader, writer):
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
