"""The rules of docs/architecture.md, held against the code itself."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "coursehub"
ROOMS = (
    "people",
    "ledger",
    "billing",
    "catalog",
    "learning",
    "contracts",
    "sales",
    "talent",
    "payouts",
    "statements",
    "alliance",
    "privacy",
    "desks",
)
MONEY = ("ledger", "billing", "contracts", "sales", "payouts", "statements")
BANNED_FILES = {"utils", "helpers", "common", "manager", "managers", "misc"}
BANNED_VERBS = ("handle_", "process_", "manage_", "do_")
NAMED_BY_SQLALCHEMY = {"process_bind_param", "process_result_value"}


def modules(*patterns: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the package that matches, parsed."""
    for pattern in patterns or ("**/*.py",):
        for path in sorted(PACKAGE.glob(pattern)):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def where(path: Path, node: ast.AST | None = None) -> str:
    """A place to look, relative to the project."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """All functions of a module, methods included."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def operations() -> Iterator[tuple[Path, ast.Module]]:
    """The operations of every room, whether a file or a folder."""
    yield from modules("*/operations.py", "*/operations/**/*.py", "*/*/operations.py", "*/*_operations.py")


def test_the_layers_and_every_row_of_the_table_of_rooms_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def unguarded(trees: Iterator[tuple[Path, ast.Module]]) -> list[str]:
    """Public operations that know who asks and never require a policy."""
    return [
        f"{where(path, f)} {f.name}"
        for path, tree in trees
        for f in functions(tree)
        if not f.name.startswith("_")
        and "by" in {a.arg for a in [*f.args.kwonlyargs, *f.args.args]}
        and not re.search(r"\b(require|_require\w*)\(", ast.unparse(f))
    ]


def test_an_operation_that_knows_who_asks_checks_that_they_may():
    assert unguarded(operations()) == []


def test_an_operation_that_forgot_to_ask_would_be_found():
    planted = ast.parse("def retire(course, *, by, at):\n    course.retired_at = at\n")
    assert unguarded(iter([(PACKAGE / "x.py", planted)])) != []


def test_nobody_commits_but_the_transaction_helper():
    allowed = {"coursehub/db.py"}
    found = [
        where(path, node)
        for path, tree in modules()
        if "sandbox" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert [f for f in found if f.split(":")[0] not in allowed] == []


def test_no_float_comes_near_money():
    found = []
    for path, tree in modules("money.py", *(f"{room}/**/*.py" for room in MONEY)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.append(where(path, node))
            if isinstance(node, ast.Name) and node.id == "float":
                found.append(where(path, node))
    assert found == []


def test_only_clock_reads_the_clock():
    asks = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(")
    allowed = {"clock.py", "cli.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in allowed
        and not {"sandbox", "courses"} & set(path.parts[len(PACKAGE.parts) :])
        and asks.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_operations_and_arithmetic_take_time_as_an_argument():
    quiet = ("operations", "policies", "waterfall", "terms", "compiler", "allocation", "models", "jobs", "letters")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(PACKAGE.rglob("*.py"))
        if (path.stem in quiet or path.parent.name == "operations")
        and path.parent.name != "views"
        and "clock.now(" in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_files_stay_short_and_their_names_say_something():
    long = [
        f"{path.relative_to(ROOT)} {lines}"
        for folder in (PACKAGE, ROOT / "templates")
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".py", ".html", ".css", ".js") and "vendor" not in path.parts
        and path.name != "check_statement.py"  # handed out, and read as a whole by whoever trusts nobody
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    ]  # fmt: skip
    vague = [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if path.stem in BANNED_FILES]
    assert long == []
    assert vague == []


def test_functions_are_named_by_what_staff_would_say():
    found = [
        f"{where(path, f)} {f.name}"
        for path, tree in modules()
        if "sandbox" not in path.parts
        for f in functions(tree)
        if f.name.startswith(BANNED_VERBS) and f.name not in NAMED_BY_SQLALCHEMY
    ]
    assert found == []


def test_every_public_function_of_a_room_says_what_it_is_for():
    found = [
        f"{where(path, f)} {f.name}"
        for path, tree in modules(*(f"{room}/**/*.py" for room in ROOMS), "*.py", "web/*.py", "rails/*.py")
        for f in tree.body
        if isinstance(f, ast.FunctionDef) and not f.name.startswith("_") and not ast.get_docstring(f)
    ]
    assert found == []


INLINE = (
    (re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", re.I), "a script without src"),
    (re.compile(r"<style\b", re.I), "a style element"),
    (re.compile(r"\sstyle\s*=", re.I), "a style attribute"),
    (re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I), "an event attribute"),
    (re.compile(r"javascript:", re.I), "a javascript: address"),
)


def test_no_template_carries_inline_script_or_style():
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "sandbox" not in path.parts
        for pattern, what in INLINE
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


JINJA = re.compile(
    r"\{#.*?#\}|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.S
)
WORD = re.compile(r"[A-Za-z一-鿿]{2,}")
SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label)\s*=\s*\"([^\"]*)\"")
NO_WORDS = {"SANDBOX", "SHA", "JSON", "PDF", "QR", "TOTP", "kbd", "nbsp", "coursehub", "minus", "times"}


def unspoken(source: str) -> list[str]:
    """Visible words of a template that no gettext call covers."""
    text = JINJA.sub(" ", source)
    spoken = SPOKEN.findall(text)
    text = re.sub(r"<(script|style|svg|code|kbd)\b.*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"<!--.*?-->|<[^>]*>|&\w+;", " ", text, flags=re.S)
    return [word for piece in (text, *spoken) for word in WORD.findall(piece) if word not in NO_WORDS]


def test_every_visible_word_of_a_template_goes_through_gettext():
    found = {
        str(path.relative_to(ROOT)): words
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if not exempt(path) and (words := unspoken(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def exempt(path: Path) -> bool:
    """The sandbox speaks for itself; legal texts stand whole in each language; specimens are titled by macro names."""
    return "sandbox" in path.parts or path.parent.name == "texts" or path.name.startswith("_specimens_")


def test_a_legal_text_stands_in_both_languages():
    stems = {path.stem for path in (ROOT / "templates").rglob("texts/*.html")}
    english = {stem.removesuffix("_en") for stem in stems if stem.endswith("_en")}
    assert english == {stem.removesuffix("_zh") for stem in stems if stem.endswith("_zh")} != set()


def test_a_word_outside_gettext_would_be_found():
    assert unspoken("<p>Hello {{ name }}</p>") == ["Hello"]
    assert unspoken('<img alt="A cat">') == ["cat"]
    assert unspoken('<p>{{ _("Hello") }}</p>') == []


def test_what_python_says_to_people_goes_through_gettext():
    spoken_first = {"flash", "StringField", "TextAreaField", "SelectField", "BooleanField", "PasswordField", "DateField",
                    "IntegerField", "DecimalField", "EmailField", "RadioField", "FileField", "SelectMultipleField", "ValidationError"}  # fmt: skip
    found = [
        where(path, node)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")) in spoken_first
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and WORD.search(node.args[0].value)
    ]
    assert found == []


def test_both_languages_are_complete():
    from coursehub.translations.catalogues import problems, rooms

    assert [line for room in rooms() for line in problems(room)] == []


def test_two_catalogues_that_say_one_message_differently_are_found(tmp_path, monkeypatch):
    from coursehub.translations import catalogues

    for room, text in (("first", "原因"), ("second", "理由"), ("third", "原因")):
        (tmp_path / f"{room}.po").write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            f'msgid "Reason"\nmsgstr "{text}"\n\nmsgctxt "{room}"\nmsgid "Kind"\nmsgstr "{room}"\n',
            encoding="utf-8",
        )
    monkeypatch.setattr(catalogues, "CATALOGUES", tmp_path)
    (line,) = catalogues.conflicts("second")
    assert line == "second: said differently: 'Reason' is '原因' in first+third, '理由' in second"


def test_an_endpoint_without_an_audience_stops_the_boot(application):
    from coursehub.web import audiences

    application.view_functions["planted.silent"] = lambda: "x"
    try:
        with pytest.raises(RuntimeError, match=r"planted\.silent"):
            audiences.check_all_declared(application)
    finally:
        del application.view_functions["planted.silent"]


MAY_IMPORT = {
    "people": set(),
    "ledger": set(),
    "catalog": {"people"},
    "learning": {"catalog", "people"},
    "contracts": {"catalog", "people", "ledger"},
    "sales": {"contracts", "learning", "catalog", "ledger", "people"},
    "desks": set(ROOMS),
}


def test_a_room_listens_only_to_rooms_it_may_import(application):
    from coursehub import events

    found = []
    for name, listeners in events.listened_to().items():
        source = name.split(".")[0]
        for listener in listeners:
            room = listener.split("->")[1].split(".")[0]
            if room in MAY_IMPORT and source in MAY_IMPORT and source != room and source not in MAY_IMPORT[room]:
                found.append(f"{room} listens to {name}")
    assert found == []


def test_a_room_keys_only_to_rooms_it_may_import(application):
    from coursehub.db import db

    home = {
        mapper.local_table.name: mapper.class_.__module__.split(".")[1]
        for mapper in db.Model.registry.mappers
        if mapper.local_table is not None
    }
    found = [
        f"{table.name} -> {key.column.table.name}"
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if home.get(table.name) in MAY_IMPORT
        and home.get(key.column.table.name) in MAY_IMPORT
        and home[table.name] != home[key.column.table.name]
        and home[key.column.table.name] not in MAY_IMPORT[home[table.name]]
    ]
    assert found == []


def test_lock_files_name_no_address():
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json", "tests/verifier/package-lock.json"):
        path = ROOT / name
        if path.exists():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"--(extra-)?index-url|find-links|\"resolved\"|file:///", text), name
