"""Which version of our texts is in force; a person accepts a version, not a page."""

VERSIONS = {"terms": "2026-11-01", "privacy": "2026-11-01"}
"""The texts themselves stand in templates/people/terms_<locale>.html and privacy_<locale>.html."""

CHILD_AGE = 14
"""Under it we keep no data at all unless the guardian agreed (in China: Personal Information Protection Law, article 31)."""
