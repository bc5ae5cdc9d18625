"""How tokens are drawn where plain Markdown is not enough: headings, code, maths, figures, roles."""

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any, cast

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from coursehub.text import directives, roles
from coursehub.text.notes import Heading, Notes

Tokens = Sequence[Token]
Env = MutableMapping[str, Any]

_LONGEST_FORMULA = 4000
_LONGEST_CODE = 200_000
_NAMES = {"ipython3": "python", "ipython": "python", "python3": "python", "py": "python", "sh": "bash", "shell": "bash"}
_OUTPUTS = {"output": "output", "error": "output output--error", "stdout": "output"}


def install(md: MarkdownIt) -> None:
    """Give the parser's renderer our ways of drawing."""
    for name, rule in (
        ("heading_open", _heading_open),
        ("heading_close", _heading_close),
        ("fence", _fence),
        ("colon_fence", _fence),
        ("code_block", _code_block),
        ("math_inline", _math_inline),
        ("math_inline_double", _math_inline_double),
        ("math_block", _math_block),
        ("math_block_label", _math_block),
        ("myst_role", _role),
        ("myst_target", _target),
        ("myst_line_comment", _nothing),
        ("myst_block_break", _nothing),
        ("front_matter", _nothing),
        ("image", _image),
        ("paragraph_open", _paragraph_open),
        ("paragraph_close", _paragraph_close),
        ("html_block", _raw),
        ("html_inline", _raw),
    ):
        md.add_render_rule(name, rule)


def notes_of(env: Env) -> Notes:
    """The notes of the rendering that is going on."""
    return cast(Notes, env["notes"])


def _nothing(_self: RendererHTML, _tokens: Tokens, _at: int, _options: Any, _env: Env) -> str:
    return ""


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline", "math_inline"))


def _heading_open(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    notes, token = notes_of(env), tokens[at]
    wanted = max(notes.top_level, int(token.tag[1]))
    level = min(wanted, (notes.last_level or notes.top_level - 1) + 1, 6)  # no level is skipped
    notes.last_level = level
    text = _words(tokens[at + 1]).strip()
    heading = Heading(level, notes.heading_id(text), text)
    notes.headings.append(heading)
    token.meta["level"] = level
    return f'<h{level} id="{escape(heading.id)}">'


def _heading_close(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, _env: Env) -> str:
    opened = next(token for token in reversed(tokens[:at]) if token.type == "heading_open")
    return f"</h{opened.meta['level']}>\n"


def code_html(code: str, language: str) -> str:
    """Code with Pygments classes; an unknown language stays plain."""
    language = language.strip().lower()
    if language in _OUTPUTS:
        return f'<div class="{_OUTPUTS[language]}"><pre tabindex="0"><code>{escape(code)}</code></pre></div>\n'
    name = _NAMES.get(language, language)
    try:
        lexer = get_lexer_by_name(name, stripnl=False) if name and len(code) < _LONGEST_CODE else None
    except ClassNotFound:
        lexer = None
    body = highlight(code, lexer, HtmlFormatter(nowrap=True)) if lexer else escape(code)
    known = f' class="language-{escape(name)}"' if lexer else ""
    return f'<div class="highlight"><pre tabindex="0"><code{known}>{body}</code></pre></div>\n'


def _fence(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    token = tokens[at]
    info = token.info.strip()
    if token.type == "colon_fence" and not info.startswith("{"):
        info = "{" + (info.split() or ["div"])[0] + "}"
    if not info.startswith("{"):
        return code_html(token.content, info.split()[0].split("{")[0] if info else "")
    pens = directives.Pens(
        notes=notes_of(env),
        inner=lambda text: render_inner(text, env),
        code=code_html,
        math=lambda tex: math_html(tex, env, "block"),
    )
    return directives.draw(info, token.content, pens)


def _code_block(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, _env: Env) -> str:
    return code_html(tokens[at].content, "")


def render_inner(text: str, env: Env) -> str:
    """Draw the Markdown inside a directive, with the notes of the whole."""
    from coursehub.text.render import _parser

    notes = notes_of(env)
    if notes.depth >= 8:
        notes.note("too_deep", text)
        return f"<p>{escape(text)}</p>"
    notes.depth += 1
    try:
        return cast(str, _parser().render(text, {"notes": notes, "docId": f"-{notes.depth}-{len(notes.headings)}"}))
    finally:
        notes.depth -= 1


def math_html(tex: str, env: Env, display: str) -> str:
    """A formula as MathML; what cannot be converted stays readable as code."""
    tex = tex.strip()
    try:
        if len(tex) > _LONGEST_FORMULA:
            raise ValueError("too long")
        drawn = convert(tex.replace("<", r"\lt ").replace(">", r"\gt "), display=display)
    except Exception:  # the converter raises many kinds for odd input; none may stop a course
        notes_of(env).note("formula", tex)
        return f"<code>{escape(tex)}</code>"
    return f'<div class="math-block">{drawn}</div>\n' if display == "block" else drawn


def _math_inline(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    return math_html(tokens[at].content, env, "inline")


def _math_inline_double(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    return f"</p>{math_html(tokens[at].content, env, 'block')}<p>"


def _math_block(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    label = tokens[at].info if tokens[at].type == "math_block_label" else ""
    target = _label(label, env) if label else ""
    return target + math_html(tokens[at].content, env, "block")


def _role(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    token = tokens[at]
    return roles.draw(token.meta["name"], token.content, notes_of(env), lambda tex: math_html(tex, env, "inline"))


def _label(name: str, env: Env) -> str:
    notes_of(env).labels[name] = name
    return f'<span id="t-{escape(name)}" class="label"></span>'


def _target(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    return _label(tokens[at].content.strip(), env) + "\n"


def _image(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, _env: Env) -> str:
    return image_html(tokens[at], figure=False)


def image_html(token: Token, *, figure: bool) -> str:
    """An image; alone in its paragraph with a title it becomes a figure with a caption."""
    alt = str(token.attrs.get("alt") or "") or _words(token)
    sizes = "".join(f' {name}="{escape(str(token.attrs[name]))}"' for name in ("width", "height") if token.attrs.get(name))
    drawn = f'<img src="{escape(str(token.attrs.get("src", "")))}" alt="{escape(alt)}"{sizes} loading="lazy">'
    if not figure:
        return drawn
    title = str(token.attrs.get("title") or "")
    caption = f"<figcaption>{escape(title)}</figcaption>" if title else ""
    return f"<figure>{drawn}{caption}</figure>\n"


def _lone_image(tokens: Tokens, at: int) -> Token | None:
    """The image that is all of the paragraph opened at `at`."""
    if at < 0 or at + 1 >= len(tokens) or tokens[at + 1].type != "inline":
        return None
    children = [c for c in tokens[at + 1].children or [] if not (c.type == "text" and not c.content.strip())]
    return children[0] if len(children) == 1 and children[0].type == "image" else None


def _paragraph_open(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, _env: Env) -> str:
    if tokens[at].hidden:
        return ""
    image = _lone_image(tokens, at)
    if image is None:
        return "<p>"
    tokens[at + 1].children = []
    return image_html(image, figure=True)


def _paragraph_close(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, _env: Env) -> str:
    if tokens[at].hidden or not tokens[at - 1].children:
        return "\n" if not tokens[at].hidden else ""
    return "</p>\n"


def _raw(_self: RendererHTML, tokens: Tokens, at: int, _options: Any, env: Env) -> str:
    lowered = tokens[at].content.lower()
    for tag in ("<script", "<iframe", "<object", "<embed", "<style", "<svg", "<video", "<audio", "<form"):
        if tag in lowered:
            notes_of(env).note("removed_html", tokens[at].content)
            break
    return tokens[at].content
