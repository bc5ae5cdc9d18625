"""Signed terms as a PDF: what was signed stands in it, the house's key signs it, and an altered byte is noticed."""

import io
import re

import pytest
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from coursehub import clock, pdf_signing
from coursehub.contracts import letterhead, queries
from coursehub.contracts.models import PaperKey, Proposal
from coursehub.contracts.operations.paper import paper_key
from coursehub.db import db
from tests.cast import sign_in

from .rig import agree, course_of


@pytest.fixture
def agreed(cast):
    at = clock.now()
    return agree(cast, course_of(cast.northwind, "async", at), at)


def status_of(content, certificate):
    """What pyHanko says of the one signature in a file, trusting that certificate alone."""
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trusted = ValidationContext(trust_roots=[asn1_x509.Certificate.load(certificate)], allow_fetching=False)
    return validate_pdf_signature(signature, trusted)


def test_the_sheet_is_signed_by_the_key_whose_fingerprint_it_carries(agreed):
    contract, terms = agreed
    key = paper_key(at=clock.now())
    content = letterhead.printed(contract, terms, db.session.get_one(Proposal, terms.proposal_id), key=key)
    status = status_of(content, bytes.fromhex(key.certificate))
    assert status.intact and status.valid and status.trusted and status.bottom_line
    assert pdf_signing.fingerprint(bytes.fromhex(key.certificate)) == key.fingerprint
    _private, other = pdf_signing.new_key("Somebody else", at=clock.now())
    assert not status_of(content, other).bottom_line


def test_a_changed_byte_or_an_added_page_is_noticed(agreed):
    contract, terms = agreed
    key = paper_key(at=clock.now())
    content = letterhead.printed(contract, terms, db.session.get_one(Proposal, terms.proposal_id), key=key)
    certificate = bytes.fromhex(key.certificate)
    place = content.index(b"/Author") + 9
    altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert not status_of(altered, certificate).intact
    from pyhanko.pdf_utils.generic import NameObject, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root[NameObject("/Lang")] = pdf_string("xx")
    writer.update_root()
    longer = io.BytesIO()
    writer.write(longer)
    assert not status_of(longer.getvalue(), certificate).bottom_line


def test_there_is_one_key_however_often_it_is_asked_for_and_it_is_kept_sealed(cast):
    assert cast.house is not None
    key = paper_key(at=clock.now())
    assert paper_key(at=clock.now()).fingerprint == key.fingerprint
    assert db.session.query(PaperKey).count() == 1 and key.sealed_private.startswith("gAAAA")
    assert "PRIVATE KEY" not in key.sealed_private and "MC4CAQAwBQYDK2Vw" not in key.sealed_private  # how a bare key begins


def test_the_page_gives_it_to_the_sides_and_prints_what_was_signed(app, cast, agreed):
    contract, terms = agreed
    pia = sign_in(app.test_client(), cast.pia)
    page = pia.get(f"/studio/contracts/{contract.public_id}").text
    where = re.search(r'href="([^"]+\.pdf)"', page)[1]
    answer = pia.get(where)
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    assert queries.current_paper_key().fingerprint[:32] in pia.get(f"/studio/contracts/{contract.public_id}").text
    assert sign_in(app.test_client(), cast.eve).get(where).status_code == 404
    assert pia.get(where.replace(terms.terms_hash, "0" * 64)).status_code == 404
    for text in terms.texts.values():  # every line of what was signed goes to the printer
        lines = letterhead.lines_of(text)
        assert [line["text"] for line in lines] == [line.strip() for line in text.splitlines() if line.strip()]
        assert lines[0]["heads"] and not lines[1]["heads"]
