"""A document comes back from its provenance as it went in."""

import archivepolicy as ap
from archivepolicy.digests import sha1_base32
from archivepolicy.records import Capture, Memento
from archivepolicy.records.provenance import Maker, document_from_dict, provenance_of

PAGE = (
    b"<title>Privacy</title><h1>Privacy notice</h1><p>Last updated: 3 March 2020</p><p>We keep your address for 30 days, and we "
    b"share it with nobody. Read our <a href='/terms?lang=en&amp;utm_source=footer'>terms</a> and <a href='/faq'>answers</a>, too; "
    b"they say how to close your account and what we then keep for the tax office.</p>"
)


def test_a_document_and_its_provenance_are_the_same() -> None:
    capture = Capture(url="http://a.example/privacy", timestamp="20200401000000", status=200, archive="x.warc")
    memento = Memento(
        capture=capture,
        timestamp=capture.timestamp,
        memento_url=None,
        status=200,
        headers=(("Content-Type", "text/html"),),
        payload=PAGE,
        stored_payload=PAGE,
    )
    document = ap.convert(PAGE, url=capture.url)
    provenance = provenance_of(memento, document, archive_key="x.warc", maker=Maker(tool="t", extractor_version="1"))
    assert document_from_dict(provenance["document"], document.markdown) == document
    assert provenance["payload"]["stored_sha1"] == sha1_base32(PAGE)
    links = provenance["document"]["links"]
    assert links[0]["tracking"] == ["utm_source"]
    assert "utm_source=footer" in links[0]["url"]
    assert "tracking" not in links[1]
