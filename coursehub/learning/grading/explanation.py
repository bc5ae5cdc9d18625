"""Say in plain words why a program gave no answer: for beginners, in the reader's language.

The wording is chosen when it is shown, so one kept verdict reads well in both languages.
"""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub.learning.grading.verdict import Problem

_OWN: dict[str, Any] = {
    "limit:wall": _l(
        "The program did not end in time and was stopped. Look for a loop that never ends, or for an input() that nobody answers."
    ),
    "limit:cpu": _l("The program computed for too long and was stopped. Look for a loop that never ends, or for a shorter way."),
    "limit:memory": _l("The program asked for more memory than it may use and was stopped."),
    "limit:output": _l("The program printed far too much and was stopped. Look for a loop that prints without an end."),
    "limit:disk": _l("The program wrote more files than it may and was stopped."),
    "silent": _l("The program ended without giving an answer."),
    "exited": _l("The program left early, before it returned an answer. Remove exit() or quit()."),
    "missing": _l("There is no function with the name that the task asks for."),
}
_MISSING_NAMED = _l("There is no function named %(name)s in your file. Check the spelling of its name.")

# What Python says, where a value can be read from it, and what a teacher would say.
_READABLE: tuple[tuple[str, str, Any], ...] = (
    (
        "NameError",
        r"name '(?P<name>\w+)' is not defined",
        _l("The name %(name)s is not known here. Check its spelling, and that it is set before it is used."),
    ),
    (
        "ModuleNotFoundError",
        r"No module named '(?P<name>[\w.]+)'",
        _l("There is no module named %(name)s. Exercises have the standard library only."),
    ),
    (
        "AttributeError",
        r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
        _l("A value of type %(type)s has no %(name)s. Check the spelling, and whether the value is what you think it is."),
    ),
    (
        "TypeError",
        r"unsupported operand type\(s\) for (?P<name>\S+): '(?P<type>\w+)' and '(?P<other>\w+)'",
        _l("%(name)s does not work between %(type)s and %(other)s. Convert one of them first."),
    ),
    (
        "TypeError",
        r"can only concatenate str \(not \"(?P<type>\w+)\"\) to str",
        _l("Text can only be joined to text, and this is %(type)s. Use str() or an f-string."),
    ),
    (
        "TypeError",
        r"(?P<name>\w+)\(\) missing (?P<count>\d+) required positional arguments?",
        _l("%(name)s() was called with too few values: %(count)s missing."),
    ),
    (
        "TypeError",
        r"(?P<name>\w+)\(\) takes (?P<count>\d+) positional arguments? but (?P<other>\d+) (?:was|were) given",
        _l("%(name)s() takes %(count)s values, and the task calls it with %(other)s."),
    ),
    (
        "ValueError",
        r"invalid literal for int\(\) with base \d+: (?P<name>.{1,60})",
        _l("int() cannot read %(name)s as a whole number."),
    ),
    (
        "KeyError",
        r"(?P<name>.{1,60})",
        _l("The dictionary has no key %(name)s. Look with `in` or use get()."),
    ),
)

_GENERAL: dict[str, Any] = {
    "SyntaxError": _l("Python cannot read this line. Look for a missing colon, bracket or quotation mark, here or just above."),
    "IndentationError": _l("The indentation does not fit. Lines of one block start in the same column, four spaces in."),
    "TabError": _l("Tabs and spaces are mixed at the start of lines. Use four spaces everywhere."),
    "NameError": _l("A name is used that is not known here. Check its spelling, and that it is set before it is used."),
    "UnboundLocalError": _l("A variable is used inside the function before it has a value there."),
    "TypeError": _l(
        "Something was used with a value of the wrong type, or a function was called with the wrong number of values."
    ),
    "ValueError": _l("A value has the right type but cannot be used here."),
    "ZeroDivisionError": _l("The program divided by zero. Treat that case before you divide."),
    "IndexError": _l(
        "The program looked past the end of a list or text. The first position is 0, the last is the length minus 1."
    ),
    "KeyError": _l("The dictionary has no such key. Look with `in` or use get()."),
    "AttributeError": _l("A value does not have what was asked of it after the dot."),
    "RecursionError": _l("The function calls itself without end. It needs a case in which it stops."),
    "EOFError": _l("The program asked for more input than there is. Count its calls of input()."),
    "ModuleNotFoundError": _l("The program imports a module that does not exist here. Exercises have the standard library only."),
    "ImportError": _l("Something that the program imports is not there."),
    "FileNotFoundError": _l("The program opens a file that does not exist. Check its name."),
    "PermissionError": _l("The program tried something that is not permitted in an exercise."),
    "AssertionError": _l("An assert in the program was not true."),
    "OverflowError": _l("A number became too large for this calculation."),
    "StopIteration": _l("next() was asked for more than there is."),
    "UnicodeDecodeError": _l("A file or input is not text in UTF-8."),
    "NotImplementedError": _l("A part of the program is still marked as not written."),
    "OSError": _l("The program tried something that is not permitted in an exercise."),
    "BlockingIOError": _l("The program tried to start too many processes or threads."),
    "KeyboardInterrupt": _l("The program was interrupted."),
}


def sentence(problem: Problem) -> str:
    """What went wrong, as a teacher would say it; with the learner's own line where it is known."""
    words = _words(problem)
    if problem.line is None:
        return words
    return str(_("Line %(line)s: %(words)s", line=problem.line, words=words))


def _words(problem: Problem) -> str:
    if problem.code == "missing" and problem.values.get("name"):
        return str(_MISSING_NAMED % {"name": problem.values["name"]})
    if problem.code in _OWN:
        return str(_OWN[problem.code])
    kinds = (problem.code, *problem.bases)
    message = problem.values.get("message", "")
    for kind, pattern, words in _READABLE:
        found = re.match(pattern, message) if kind in kinds else None
        if found:
            return str(words % found.groupdict())
    known = next((_GENERAL[kind] for kind in kinds if kind in _GENERAL), None)
    if known is not None:
        return str(known)
    return str(_("The program stopped with the exception %(type)s.", type=problem.code))


def pythons_words(problem: Problem) -> str | None:
    """The exception as Python prints it, or None when it may not or need not be shown."""
    if "message" not in problem.values:
        return None
    message = problem.values["message"]
    return f"{problem.code}: {message}" if message else problem.code
