"""Sales: how a course is sold, paid for and refunded. Money in.

An Offering says for how much a course is sold. An Order pins, at the moment it is
placed, everything that decides about its money: terms, price, discount, channel and
who brought the buyer. It is completed once, by whichever comes first of the return
page, the webhook and the sweep. What cannot be sold any more is given back at once.
"""
