"""The ledger: what everybody owns and owes, in journals that are never edited.

A Journal is one business effect, named by its `effect_key`; its Postings add up
to zero in every currency, debits positive, credits negative. The database itself
refuses what is unbalanced, late, edited or deleted, keeps each account's balance
and links every journal to the one before by its hash.
"""
