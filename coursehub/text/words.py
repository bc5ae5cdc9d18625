"""The few words a rendering adds by itself, in the language of the text (not of the reader)."""

_WORDS = {
    "attention": ("Attention", "注意"),
    "callout": ("Good to know", "补充说明"),
    "caution": ("Caution", "小心"),
    "challenge": ("Challenge", "练一练"),
    "checklist": ("Checklist", "清单"),
    "danger": ("Danger", "危险"),
    "details": ("Details", "展开"),
    "discussion": ("Discuss", "讨论"),
    "error": ("Error", "错误"),
    "exercise": ("Exercise", "练习"),
    "hint": ("Hint", "提示"),
    "important": ("Important", "重要"),
    "instructor": ("For teachers", "给教师"),
    "keypoints": ("Key points", "要点"),
    "note": ("Note", "说明"),
    "objectives": ("What you will learn", "学习目标"),
    "prereq": ("Before you start", "开始之前"),
    "questions": ("Questions", "本课问题"),
    "seealso": ("See also", "另见"),
    "solution": ("Solution", "参考答案"),
    "spoiler": ("Show more", "展开查看"),
    "testimonial": ("Voices", "学员说"),
    "tip": ("Tip", "小贴士"),
    "warning": ("Warning", "警告"),
}


def title_word(kind: str, locale: str) -> str:
    """The heading of a box of this kind."""
    english, chinese = _WORDS.get(kind, _WORDS["note"])
    return chinese if locale.startswith("zh") else english
