"""The printed form of signed terms: text, hash and signatures on a sheet in two languages, signed by the house's key.

The sheet is a rendering; the canonical JSON in the evidence bundle is the instrument, and the hash on the sheet is its hash.
"""

from datetime import datetime
from typing import Any

from coursehub import pdf, pdf_signing
from coursehub.contracts import queries
from coursehub.contracts.models import Contract, PaperKey, Proposal, Signature, Terms
from coursehub.contracts.record import stamp
from coursehub.people.sealing import unseal

PURPOSE = "paper key"


def printed(contract: Contract, terms: Terms, proposal: Proposal, *, key: PaperKey) -> bytes:
    """The signed PDF of terms. Raises NoChineseFont, or SealBroken where the installation's secret was changed."""
    body = queries.body_of(terms)
    names = {party.id: {"zh": party.name, "en": party.name_en} for party in body.parties}
    sheet = {
        "reference": contract.reference,
        "title": {"zh": contract.title, "en": contract.title_en},
        "version": proposal.n,
        "agreed": _moment(terms.agreed_at),
        "begins": _moment(terms.effective_from),
        "parties": [names[party.id] for party in body.parties],
        "text": {"zh": lines_of(terms.texts["zh-CN"]), "en": lines_of(terms.texts["en"])},
        "hash": terms.terms_hash,
        "semantics": terms.semantics,
        "signatures": [_signed(names.get(one.party, {"zh": one.party, "en": one.party}), one) for one in proposal.signatures],
        "fingerprint": key.fingerprint,
    }
    plain = pdf.render("terms", sheet, at=terms.agreed_at)
    return pdf_signing.sign_pdf(
        plain, private=bytes.fromhex(unseal(PURPOSE, key.sealed_private)), certificate=bytes.fromhex(key.certificate),
        reason=f"Terms {terms.terms_hash}", name=body.house.name_en,
    )  # fmt: skip


def lines_of(text: str) -> list[dict[str, Any]]:
    """The very text that was signed, line by line: how deep each stands, and whether it is a heading (a block's first line)."""
    return [
        {"text": line.strip(), "depth": (len(line) - len(line.lstrip())) // 4, "heads": n == 0}
        for block in text.strip().split("\n\n")
        for n, line in enumerate(block.splitlines())
    ]


def _signed(name: dict[str, str], signature: Signature) -> dict[str, Any]:
    proof = signature.assertion
    return {
        **name,
        "at": _moment(signature.signed_at),
        "method": signature.method,
        "key": proof["key"]["x"][:32] if proof else "",
    }


def _moment(at: datetime) -> str:
    return stamp(at)[:16].replace("T", " ") + " UTC"
