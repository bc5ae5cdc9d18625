"""Learning: what a person does with a course, and what they can prove afterwards.

An Enrolment is one person's right to one release. Work on its steps becomes
attempts; every verdict becomes a row of evidence, chained per enrolment and
never edited. When all acceptances of the release are met the course is
completed and a credential is issued. Nothing here knows who paid: this room
cannot import a room that sells.
"""
