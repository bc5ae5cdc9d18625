"""Who may do what in talent, split by noun; pure, no query, no request."""
