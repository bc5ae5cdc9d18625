"""Words for the courses of the bench: sentences of ordinary length, in Chinese and English, the same on every run."""

TOPICS = (
    ("数据清洗", "Data cleaning"), ("概率入门", "First probability"), ("网络编程", "Network programming"),
    ("测试方法", "Testing"), ("版本管理", "Version control"), ("数据库设计", "Database design"),
    ("可视化", "Visualisation"), ("线性代数", "Linear algebra"), ("命令行", "The command line"),
    ("机器学习", "Machine learning"), ("软件架构", "Software architecture"), ("统计推断", "Statistical inference"),
    ("异步编程", "Asynchronous programming"), ("编译原理", "Compilers"), ("信息检索", "Information retrieval"),
    ("时间序列", "Time series"), ("运筹优化", "Optimisation"), ("安全基础", "Security basics"),
    ("云上部署", "Deployment"), ("技术写作", "Technical writing"),
)  # fmt: skip
MANNERS = (
    ("从零开始", "from nothing"), ("在工作中", "at work"), ("用真实数据", "with real data"), ("读懂源码", "by reading code"),
    ("给初学者", "for beginners"), ("给工程师", "for engineers"), ("一步一步", "step by step"), ("动手做", "by doing"),
)  # fmt: skip
CHINESE = (
    "每一课先给出一个完整的例子，再请您改动其中一处，看看结果为什么变了。",
    "练习在隔离的环境里运行，判定由我们这边给出，反馈会说明错在哪里、该怎样想。",
    "学完之后，您能独立把一份杂乱的记录整理成可以复核的表格，并写清每一步的理由。",
    "我们不赶进度：读完一页，合上书，用自己的话说一遍，再往下走。",
    "常见的误解都有名字，认出它们，比记住结论更有用。",
    "最后的小项目来自真实的工作，同伴会读您的代码，您也会读他们的。",
)
ENGLISH = (
    "Each lesson begins with one whole example; you change a single place and see why the result is another.",
    "Exercises run in isolation and are judged on our side; the feedback says what went wrong and how to think about it.",
    "At the end you can turn a messy record into a table that others can check, and give a reason for every step.",
    "There is no hurry: read a page, close the book, say it in your own words, then go on.",
    "Common misunderstandings have names; to recognise them helps more than to remember conclusions.",
    "The last project comes from real work: others read your code, and you read theirs.",
)
SKILLS = (
    ("python", "Python", "Python"), ("statistics", "统计", "Statistics"), ("sql", "SQL", "SQL"), ("git", "Git", "Git"),
    ("testing", "测试", "Testing"), ("writing", "写作", "Writing"), ("algebra", "线性代数", "Linear algebra"),
    ("networks", "网络", "Networks"), ("security", "安全", "Security"), ("design", "设计", "Design"),
    ("deployment", "部署", "Deployment"), ("modelling", "建模", "Modelling"),
)  # fmt: skip
QUERIES = ("probability", "data cleaning", "清洗", "compilers", "networks", "可视化", "testing at work", "版本")


def title(number: int, locale: str) -> str:
    """The title of a course."""
    topic, manner = TOPICS[number % len(TOPICS)], MANNERS[number // len(TOPICS) % len(MANNERS)]
    part = number // (len(TOPICS) * len(MANNERS)) + 1
    return f"{topic[0]}：{manner[0]}（{part}）" if locale == "zh-CN" else f"{topic[1]}, {manner[1]} ({part})"


def sentence(number: int, locale: str) -> str:
    """One sentence."""
    pool = CHINESE if locale == "zh-CN" else ENGLISH
    return pool[number % len(pool)]


def summary(number: int, locale: str) -> str:
    """What stands below a title."""
    return sentence(number, locale) + ("" if locale == "zh-CN" else " ") + sentence(number + 2, locale)


def page(number: int, locale: str) -> str:
    """The text of a step as the renderer leaves it: headings, paragraphs, a list, code."""
    parts = []
    for section in range(3):
        parts.append(f'<h2 id="part-{section}">{title(number + section, locale)}</h2>')
        parts += [f"<p>{sentence(number + section + n, locale)} {sentence(number + n + 3, locale)}</p>" for n in range(3)]
        parts.append("<ul>" + "".join(f"<li>{sentence(number + n, locale)}</li>" for n in range(3)) + "</ul>")
        parts.append(
            '<div class="highlight"><pre><span></span><code><span class="k">def</span> <span class="nf">mean</span>'
            '<span class="p">(</span><span class="n">rows</span><span class="p">):</span>\n    <span class="k">return</span> '
            '<span class="nb">sum</span><span class="p">(</span><span class="n">rows</span><span class="p">)</span> '
            '<span class="o">/</span> <span class="nb">len</span><span class="p">(</span><span class="n">rows</span>'
            '<span class="p">)</span>\n</code></pre></div>'
        )
    return "\n".join(parts)
