"""Signs webhooks as PayPal does: RSA-SHA256 over ids, time and checksum, with a certificate of our own making.

The message is `transmission_id|transmission_time|webhook_id|crc32(raw body)`, the checksum in unsigned decimal:
https://developer.paypal.com/api/rest/webhooks/rest/
"""

import base64
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "messageverificationcerts.paypal.com"
"""The common name PayPal's own certificates carry; nothing is ever fetched from there."""
ALGORITHM = "SHA256withRSA"
_FROM, _UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)


def message(transmission_id: str, transmission_time: str, webhook_id: str, body: bytes) -> bytes:
    """What is signed."""
    return f"{transmission_id}|{transmission_time}|{webhook_id}|{zlib.crc32(body)}".encode()


@dataclass(frozen=True)
class Signer:
    """A key with its certificate chain; `authority_pem` is what a receiver has to trust."""

    key: rsa.RSAPrivateKey
    chain_pem: bytes
    authority_pem: bytes
    certificate_name: str

    def sign(self, text: bytes) -> str:
        """The signature, in base64."""
        return base64.b64encode(self.key.sign(text, padding.PKCS1v15(), SHA256())).decode()

    def signed(self, text: bytes, signature: str) -> bool:
        """Whether `signature` (base64) is ours for `text`."""
        try:
            self.key.public_key().verify(base64.b64decode(signature), text, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


@lru_cache(maxsize=1)
def signer() -> Signer:
    """The signer of this process. Making RSA keys takes a part of a second, so it happens once and only when needed."""
    root_key, leaf_key = _key(), _key()
    root_name = _name("Sandbox Payments Root CA")
    root = (
        _builder(root_name, root_name, root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .sign(root_key, SHA256())
    )
    leaf = (
        _builder(_name(HOST), root_name, leaf_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, SHA256())
    )
    root_pem = root.public_bytes(Encoding.PEM)
    name = f"CERT-{leaf.fingerprint(SHA256()).hex()[:24]}"
    return Signer(leaf_key, leaf.public_bytes(Encoding.PEM) + root_pem, root_pem, name)


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sandbox, not PayPal"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
