"""Markdown (the MyST subset our courses use) to safe HTML, with every link asked for.

Nothing is executed and no address is opened. Each relative link and image goes to
the caller's `resolve`; what it cannot place is reported and loses its address. The
last step is always nh3 with a closed list of tags, attributes and classes, so that
raw HTML and notebook output are as harmless as Markdown.
"""

from coursehub.text.notes import Heading, Image, Link, Problem, slug
from coursehub.text.plain import plain_text
from coursehub.text.render import Rendered, render, render_inline

__all__ = ["Heading", "Image", "Link", "Problem", "Rendered", "plain_text", "render", "render_inline", "slug"]
