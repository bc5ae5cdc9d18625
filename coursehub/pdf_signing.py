"""Signed PDFs: a signature of ours inside the file, which any reader of PDFs can check (PAdES, by pyHanko).

The certificate is our own, signed by nobody else: a reader shows that not a byte was changed since, and by which key; that
the key is ours is shown by the fingerprint, which stands on our pages. The time in it is ours too, not a third party's.
"""

import hashlib
import io
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FIELD = "House"
LASTS = timedelta(days=20 * 365)


def new_key(name: str, *, at: datetime) -> tuple[bytes, bytes]:
    """A fresh P-256 key and a certificate for it in this name; both DER, the key unencrypted."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + LASTS)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(serialization.Encoding.DER)


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate, as readers of PDFs show it, in lower-case hex."""
    return hashlib.sha256(certificate).hexdigest()


def sign_pdf(content: bytes, *, private: bytes, certificate: bytes, reason: str, name: str) -> bytes:
    """The same PDF with our signature in it; afterwards nothing may be changed, not even added."""
    from asn1crypto import keys  # large, and only this wants them
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate), signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )  # fmt: skip
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, reason=reason, name=name, md_algorithm="sha256", certify=True, subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )  # fmt: skip
    signed: io.BytesIO = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), meta, signer=signer)
    return signed.getvalue()
