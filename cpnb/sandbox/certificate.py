"""A certificate that is made when the sandbox starts and thrown away when it stops."""

from __future__ import annotations

import ipaddress
import os
import secrets
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_FILE = "ca.pem"
ADDRESSES = ("127.0.0.1", "::1")
NAMES = ("localhost",)
LIFE = timedelta(days=365)

# A machine whose clock was set back a little must still take the certificate.
_CLOCK_SKEW = timedelta(days=1)


def throw_away_context(folder: Path) -> ssl.SSLContext:
    """Return a server's TLS context with a new certificate for the loopback addresses.

    What clients are to trust is written to `AUTHORITY_FILE` in the folder: the certificate of an authority
    that signs this one certificate and whose key is then forgotten, so that trusting it by mistake for
    longer opens nothing. The server's own key is on disk for a moment only, 0600 and encrypted with a
    password that never leaves this process, because the TLS library takes keys from files alone.

    Parameters
    ----------
    folder
        Readable by its owner only.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    certificate = _certificate(server_key.public_key(), authority, authority_key)
    authority_path = folder / AUTHORITY_FILE
    _write_new(authority_path, authority.public_bytes(Encoding.PEM))
    password = secrets.token_bytes(32).hex().encode()
    sealed_key = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    server_path = folder / "server.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        _write_new(server_path, certificate.public_bytes(Encoding.PEM) + sealed_key)
        context.load_cert_chain(server_path, password=password)
    finally:
        server_path.unlink(missing_ok=True)
    return context


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("cpnb sandbox, thrown away when it stops")
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        _builder(name, name, key.public_key(), key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePublicKey, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
    names = x509.SubjectAlternativeName([*addresses, *(x509.DNSName(name) for name in NAMES)])
    return (
        _builder(_name("cpnb sandbox"), authority.subject, key, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """Return a certificate to be, with what strict clients expect of any (RFC 5280)."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
