"""Payouts: partners are really paid, and every movement of money is found again.

What matured is proposed, prepared by one person of finance and confirmed by another; the
bank is given a file and answers with one. Nothing is ever paid twice.
"""
