"""Verdicts on Python exercises: right, wrong, broken, and forged."""

import json
import os

import pytest
from flask_babel import force_locale

from coursehub.learning.grading.code import WorkTooLarge, grade_code
from coursehub.learning.grading.explanation import pythons_words, sentence
from coursehub.learning.grading.isolation import isolation_available
from coursehub.learning.grading.verdict import CodeVerdict, Problem

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        not isolation_available() and os.environ.get("COURSEHUB_REQUIRE_ALL") != "1",
        reason="needs_isolation: no layer works on this machine",
    ),
]

AREA = {
    "language": "python",
    "file": "solution.py",
    "limits": {"cpu_seconds": 1, "wall_seconds": 5},
    "cases": [
        {"id": "square", "visible": True, "call": "area", "args": "[2, 2]", "expect": "4", "title": {"en": "A square"}, "feedback": {"en": "Multiply."}},
        {"id": "hidden", "visible": False, "call": "area", "args": "[3, 7919]", "expect": "23757", "feedback": {"en": "Use both."}},
        {"id": "negative", "visible": True, "call": "area", "args": "[-1, 2]", "raises": "ValueError"},
    ],
}  # fmt: skip
RIGHT = "def area(a, b):\n    if a < 0 or b < 0:\n        raise ValueError('no')\n    return a * b\n"


def grade(source, exercise=AREA, **more):
    return grade_code({**exercise, **more}, {"solution.py": source})


def one(source, **case):
    """The verdict on one case."""
    return grade(source, cases=[{"id": "c", "visible": True, **case}]).cases[0]


def test_a_right_solution_passes_every_case():
    verdict = grade(RIGHT)
    assert (verdict.passed, verdict.score_bps) == (True, 10_000)
    assert [case.problem for case in verdict.cases] == [None] * 3


def test_a_wrong_solution_hears_what_was_expected_of_the_visible_cases_only():
    verdict = grade("def area(a, b):\n    print('adding')\n    return a + b + 1\n")
    square, hidden, negative = verdict.cases
    assert (verdict.passed, verdict.score_bps) == (False, 0)
    assert (square.asked, square.expected, square.got, square.printed) == ("area(2, 2)", "4", "5", "adding")
    assert square.feedback == {"en": "Multiply."}
    assert (hidden.asked, hidden.expected, hidden.got, hidden.printed) == (None, None, None, None)
    assert hidden.feedback == {"en": "Use both."}
    assert (negative.expected, negative.got) == ("ValueError", "2")


def test_a_verdict_survives_being_kept_as_plain_data():
    verdict = grade("def area(a, b):\n    return a / 0\n")
    assert CodeVerdict.from_json(json.loads(json.dumps(verdict.as_json()))) == verdict


@pytest.mark.parametrize(
    ("expect", "returned"),
    [
        ("[1, 2]", "[1, 2]"), ("[1, 2]", "(1, 2)"), ('{"$tuple": [1, 2]}', "(1, 2)"), ('{"$set": [2, 1]}', "{1, 2}"),
        ('{"a": 1}', "{'a': 1}"), ('{"1": 2}', "{1: 2}"), ("3", "3.0"), ("0.1", "0.1"), ("null", "None"), ("true", "True"),
        ('"é"', "'\\u00e9'"), ("[]", "[]"), ("100000000000000000000000", "10 ** 23"),
    ],
)  # fmt: skip
def test_equal_values_are_equal(expect, returned):
    assert one(f"def f():\n    return {returned}\n", call="f", expect=expect).passed


@pytest.mark.parametrize(
    ("expect", "returned"),
    [
        ("1", "True"), ("true", "1"), ("[1, 2]", "[2, 1]"), ("[1, 2]", "{1, 2}"), ('{"$tuple": [1, 2]}', "[1, 2]"),
        ("0.3", "0.1 + 0.2"), ("null", "0"), ('"1"', "1"), ('{"a": 1}', "{'a': 1, 'b': 2}"), ("[]", "range(0)"),
        ("4", "type('Four', (), {'__eq__': lambda s, o: True})()"), ("1", "float('nan')"),
    ],
)  # fmt: skip
def test_different_values_are_different(expect, returned):
    assert not one(f"def f():\n    return {returned}\n", call="f", expect=expect).passed


def test_a_tolerance_is_the_authors_and_exact():
    source = "def f():\n    return 0.1 + 0.2\n"
    assert one(source, call="f", expect="0.3", tolerance="1e-9").passed
    assert not one(source, call="f", expect="0.3", tolerance="1e-20").passed


def test_a_whole_program_is_judged_by_what_it_prints():
    case = {"stdin": "Ada\n", "expect_stdout": "Hello, Ada\n"}
    assert one("print('Hello,', input())", **case).passed
    assert one("print('Hello,', input(), end='  \\n\\n')", **case).passed
    wrong = one("print('Hi,', input())", **case)
    assert (wrong.passed, wrong.expected, wrong.got) == (False, "Hello, Ada", "Hi, Ada")
    assert one("if __name__ == '__main__':\n    print('Hello,', input())", **case).passed


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("def area(a, b):\n    return wdth * b\n", "NameError", 2),
        ("def area(a, b)\n    return a * b\n", "SyntaxError", 1),
        ("def area(a, b):\nreturn a\n", "IndentationError", 2),
        ("def area(a, b):\n    x = 1\n    return [a][b]\n", "IndexError", 3),
        ("import numpy\n", "ModuleNotFoundError", 1),
        ("def area(a, b):\n    return area(a, b)\n", "RecursionError", 2),
        ("def area(a):\n    return a\n", "TypeError", None),
        ("def aera(a, b):\n    return a\n", "missing", None),
        ("def area(a, b):\n    exit()\n", "exited", None),
        ("def area(a, b):\n    while True:\n        pass\n", "limit:cpu", None),
        ("def area(a, b):\n    return bytearray(10 ** 11)\n", "limit:memory", 2),
        ("def area(a, b):\n    import os\n    os._exit(0)\n", "silent", None),
        ("def area(a, b):\n    import os\n    os.kill(os.getpid(), 11)\n", "silent", None),
    ],
)
def test_what_went_wrong_is_named_with_the_learners_line(app, source, code, line):
    problem = grade(source, cases=AREA["cases"][:1]).cases[0].problem
    assert (problem.code, problem.line) == (code, line)
    for locale in ("en", "zh_Hans_CN"):
        with app.test_request_context(), force_locale(locale):
            words = sentence(problem)
        assert words
        assert "%(" not in words


def test_a_common_mistake_is_explained_with_its_own_names(app):
    problem = Problem(
        "NameError", line=2, values={"type": "NameError", "message": "name 'wdth' is not defined"}, bases=("NameError",)
    )
    with app.test_request_context(), force_locale("en"):
        assert (
            sentence(problem)
            == "Line 2: The name wdth is not known here. Check its spelling, and that it is set before it is used."
        )
    assert pythons_words(problem) == "NameError: name 'wdth' is not defined"


def test_a_hidden_case_cannot_be_read_out_through_an_exception():
    source = "def area(a, b):\n    raise type(f'Leak{b}', (Exception,), {})(f'{a} {b}')\n"
    hidden = grade(source).cases[1]
    assert hidden.problem.code == "Exception"
    assert "7919" not in json.dumps(grade(source).as_json())


FORGERIES = {
    "a result printed": "import json\nprint(json.dumps({'value': ['i', '4'], 'passed': True, 'ended': 0}))\ndef area(a, b):\n    return 0\n",
    "a verdict written to every descriptor": "import os\ndef area(a, b):\n    for fd in range(1, 60):\n        try:\n            os.write(fd, b'{\"passed\": true, \"expected\": 4, \"value\": true}\\n')\n        except OSError:\n            pass\n    os._exit(0)\n",
    "every descriptor closed": "import os\nos.closerange(0, 60)\ndef area(a, b):\n    return 0\n",
    "json patched": "import json\njson.dumps = lambda *a, **k: '{\"passed\": true}'\ndef area(a, b):\n    return 0\n",
    "equality patched": "class Yes:\n    def __eq__(self, other): return True\n    __hash__ = None\ndef area(a, b):\n    return Yes()\n",
    "a subclass that lies": "class Int(int):\n    def __eq__(self, o): return True\n    def __repr__(self): return '4'\n    __str__ = __repr__\ndef area(a, b):\n    return Int(0)\n",
    "a thread that goes on": "import threading, time, os\ndef late():\n    time.sleep(0.5)\n    os._exit(0)\nthreading.Thread(target=late).start()\ndef area(a, b):\n    return 0\n",
    "a clean exit": "import sys\nsys.exit(0)\n",
    "an exit while loading": "import os\nos._exit(0)\n",
    "a hook at exit": "import atexit, os\natexit.register(lambda: os._exit(0))\ndef area(a, b):\n    return 0\n",
    "the harness searched for answers": "import gc, sys\nfound = [o for o in gc.get_objects() if isinstance(o, dict) and ('expect' in o or 'raises' in o)]\nframe = sys._getframe()\nwhile frame:\n    found += [v for v in frame.f_locals.values() if isinstance(v, dict) and 'expect' in v]\n    frame = frame.f_back\ndef area(a, b):\n    return found[0]['expect'] if found else 0\n",
    "the harness's own encoder patched": "import __main__, sys\nfor m in list(sys.modules.values()):\n    if hasattr(m, '_Encoder'):\n        m._Encoder.tree = lambda self, v, depth=0: ['passed', True]\ndef area(a, b):\n    return 0\n",
    "deep nonsense": "import os\ndef area(a, b):\n    for fd in range(3, 60):\n        try:\n            os.write(fd, b'[' * 200000)\n        except OSError:\n            pass\n    os._exit(0)\n",
    "a number too long to read": "import os\ndef area(a, b):\n    for fd in range(3, 60):\n        try:\n            os.write(fd, b'{\"value\": [\"i\", \"' + b'9' * 9000 + b'\"]}')\n        except OSError:\n            pass\n    os._exit(0)\n",
    "not a number, infinitely large": "def area(a, b):\n    return float('inf')\n",
}  # fmt: skip


@pytest.mark.parametrize("source", FORGERIES.values(), ids=FORGERIES)
def test_a_verdict_cannot_be_forged(source):
    assert not grade(source, cases=AREA["cases"][:2]).passed


def test_the_expected_value_is_nowhere_in_the_room():
    """The program copies its own memory out; the canary we expect is not in it, the argument is."""
    source = (
        "import gc\n"
        "def area(a, b):\n"
        "    texts = [repr(o) for o in gc.get_objects() if isinstance(o, (dict, list, tuple, str))]\n"
        "    whole = ' '.join(texts)\n"
        "    return [bytes(reversed(b'detcepxe-yranac')).decode() in whole, bytes(reversed(b'tnemugra-yranac')).decode() in whole]\n"
    )
    case = one(source, call="area", args='["canary-argument", 1]', expect='"canary-expected"', limits={"memory_mib": 512})
    assert case.got == "[False, True]"


def test_files_beside_the_solution_can_be_imported():
    exercise = {**AREA, "starter": {"shapes.py": "SIDES = 4\n"}, "cases": [{"id": "c", "call": "f", "expect": "4"}]}
    assert grade("import shapes\ndef f():\n    return shapes.SIDES\n", exercise).passed


@pytest.mark.parametrize("name", ["../up.py", "/etc/x", "a//b", "a/../../b", ".hidden", "x\n", "-rf"])
def test_odd_file_names_are_refused(name):
    with pytest.raises(WorkTooLarge):
        grade_code(AREA, {name: "x = 1"})


def test_too_much_work_is_refused():
    with pytest.raises(WorkTooLarge):
        grade_code(AREA, {"solution.py": "x" * 300_000})
