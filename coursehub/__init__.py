"""coursehub: host courses, share what they earn by signed terms, and let learners prove what they can do.

The rooms (packages below this one) and the rules between them are described in
docs/architecture.md; docs/tour.md follows one purchase through the files.
"""

__version__ = "0.1.0"
