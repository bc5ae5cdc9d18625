"""The sandbox: a payment service that behaves like Stripe, for machines without keys.

A WSGI application of its own, started beside the server on 127.0.0.1 and spoken
to through Stripe's real SDK. It imports no room and no room imports it. Its
objects carry the names and types of Stripe's (held so by a test against
`tests/stripe_shapes.json`), its state is one SQLite file, so that what was bought
yesterday can be refunded tomorrow, and every page of it says SANDBOX.

`store` keeps, `shapes` builds, `payments` `refunds` `transfers` act, `events`
announces, `delivery` sends webhooks, `api` and `pages` are the two faces,
`control` is for tests only, `seed` makes a history quickly.
"""
