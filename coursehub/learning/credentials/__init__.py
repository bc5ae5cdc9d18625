"""Credentials: a signed statement that somebody completed a release of a course.

Each is an Open Badges 3.0 credential, signed by the house with a key that is kept
encrypted and can be replaced, and revoked by a bit in a signed status list. The
person is an opaque id in it; their name is added only while they wish it.
Strangers check it on its page here, or with anybody else's software without us.
"""
