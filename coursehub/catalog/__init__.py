"""Catalogue: what can be learned here, and in which exact words.

A Course belongs to an organisation and has Releases. A release is a draft that
its authors may mend until they submit it; from then on it is frozen, hashed and
never edited: a correction is a new release. People stay on the release they
enrolled in. Package -> importer -> CourseSource -> draft -> review -> listed.
Prices, terms and enrolments are other rooms' business.
"""
