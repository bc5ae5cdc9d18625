"""Templates hold their fixed strings in each language; parts of pages are kept by the values they are made of."""

import threading

from flask_babel import force_locale

from coursehub.kept import Kept
from coursehub.web import spoken


def said(app, language: str, source: str, **values) -> str:
    with app.test_request_context(), force_locale(language):
        return spoken.environment().from_string(source).render(values)


def test_a_fixed_string_is_in_the_compiled_template_in_each_language(app):
    assert said(app, "en", '{{ _("Sign in") }}') == "Sign in"
    assert said(app, "zh_Hans_CN", '{{ _("Sign in") }}') == "登录"


def test_a_string_inside_an_expression_is_said_too_and_not_escaped_twice(app):
    source = '{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{{ m(_("Sign in")) }}{{ _("Sign in") if yes else "" }}'
    assert said(app, "zh_Hans_CN", source, yes=True) == "<b>登录</b>登录"
    assert said(app, "en", '{{ _("a <b> & %% c") }}') == "a <b> & % c"


def test_a_string_with_values_is_still_looked_up_and_its_values_escaped(app):
    source = '{{ _("Page %(number)s of %(pages)s", number=n, pages=2) }}'
    assert said(app, "zh_Hans_CN", source, n="<1>") != said(app, "en", source, n="<1>") == "Page &lt;1&gt; of 2"


def test_one_language_never_answers_for_the_other(app):
    source = '{{ _("Sign in") }}'
    assert [said(app, language, source) for language in ("en", "zh_Hans_CN", "en", "zh_Hans_CN")] == ["Sign in", "登录"] * 2


def test_a_fragment_is_made_anew_for_each_value_and_each_language(app):
    def stars(language: str, n: int) -> str:
        with app.test_request_context(), force_locale(language):
            return str(spoken.fragment("sales/shop/_stars.html", stars=n))

    shown = {stars(language, n) for language in ("en", "zh_Hans_CN") for n in (2, 5)}
    assert len(shown) == 4
    assert stars("en", 5) in shown


def test_only_so_many_are_kept_and_the_longest_unused_goes_first():
    made: list[str] = []
    kept: Kept[str] = Kept(2)

    def get(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [get(key) for key in "abacab"] == list("ABACAB")
    assert made == ["a", "b", "c", "b"]


def test_threads_that_ask_at_once_all_get_the_value():
    kept: Kept[int] = Kept(8)
    seen: list[int] = []
    threads = [threading.Thread(target=lambda n=n: seen.append(kept.get(n % 4, lambda: n % 4))) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(n % 4 for n in range(64))


def test_a_part_set_in_its_place_shows_what_including_it_would(app):
    names = [name for name in app.jinja_env.list_templates() if name.startswith("learning/_") and name.endswith(".html")]
    assert len(names) > 5
    source = '{% for stars in (1, 4) %}[{% include "sales/shop/_stars.html" %}]{% endfor %}{{ stars is defined }}'
    with app.test_request_context(), force_locale("en"):
        plain = app.jinja_env.from_string(source).render()
        assert spoken.environment().from_string(source).render() == plain
        assert plain.endswith("]False")


def test_what_an_included_part_sets_stays_inside_it(app):
    source = '{% set title = "outside" %}{% with %}{% set title = "inside" %}{% endwith %}{{ title }}'
    assert said(app, "en", source) == "outside"
