"""People: who someone is, for which organisation they act, and what that lets them do.

A Person carries no personal field: name, address and birth date stand in one
vault row (PersonalRecord), so that erasing a person never breaks a chain that
names them by id. Roles are dated Memberships of Organisations; the house is an
organisation like any other, and staff are its members. Secrets that travel by
mail are stored as hashes, work once and expire. Whoever opens a personal field
leaves a row that its owner can read.
"""
