"""Which version of our texts is in force; a person accepts a version, not a page."""

VERSIONS = {"terms": "2026-11-01", "privacy": "2026-11-01"}
"""The texts themselves stand in templates/people/terms_<locale>.html and privacy_<locale>.html."""
