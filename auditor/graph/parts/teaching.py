"""Signals of what is taught and what is tried out: tutorials, examples, courses, collections of notebooks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from posixpath import dirname, join

from auditor.graph import places
from auditor.graph.parts.lessons import lessons
from auditor.graph.parts.portrait import Portrait, Signal
from auditor.model.facts import Facts
from auditor.model.regex import regex
from auditor.program.symbolic.values import normal

_TEACHING = regex(
    r"\b(tutorials?|courses?|lessons?|workshops?|chapters?|bootcamp|homework|lectures?|zoomcamp|cookiecutter|starters?|"
    r"quick-?starts?|get[- ]started|getting[- ]started|hands-on|sample projects?|examples?|demos?|templates?|boilerplate|labs)\b",
    re.I,
)
_CALLED = regex(
    r"\bthis (example|tutorial|template|sample|demo|workshop|course|lab|lesson|starter|quickstart|guide)\b|"
    r"\b(to teach you|teaches you|you will learn|you'll learn|page_type: sample|this code sample|reference implementation)\b",
    re.I,
)
_FOR_EXAMPLE = regex(r"\b(for|an?|as an|following) examples?\b", re.I)
_COLLECTION = regex(r"\b(projects|solutions|recipes|samples|labs|playground|exercises)\b", re.I)
_LESSON = regex(r"(?i:lab|lesson|tutorial|exercise|walk-?through|homework|workshop)(?![a-z])")
_GUIDE = regex(r"(?:^|/)(?:tutorial|walk-?through|workshop|lesson|lab)[\w-]*\.(?:md|rst|txt)$", re.I)
_NUMBERED = regex(r"^(?:\d{1,2}[-_. ]|(?:chapter|lesson|week|day|module|part)[-_ ]?\d)", re.I)

_TAUGHT = regex(r"(?:workshops?|tutorials?|lessons?|labs?|exercises?|lectures?)", re.I)
"""Folders at the top that are there to be worked through."""

_COURSEWORK = regex(
    r"\b(?:final|capstone|course|semester|class|university|student|academic|exam|diploma|graduation|bachelor'?s?|master'?s?|"
    r"qualification) (?:project|work|assignment|thesis|exam)\b"
    r"|\b(?:built|made|written|created|done|developed|designed|prepared) for (?:the )?(?-i:[A-Z]{2,5}(?:[ -][A-Z]{1,3})?)[ -]?\d{3,5}\b|\b(?:group|individual) work assignment\b"
    r"|\b(?:course|class) ?work\b|\b(?:homework|assignment) (?:\d|for|of)\b|\bin this course\b"
    r"|\b(?:for|of|in) (?:the|a|my|our) (?:\w+ ){1,3}?(?:course|class|bootcamp|academy|nanodegree|hackathon)\b"
    r"|\bfor (?:the|my|our) (?:course|class|bootcamp|hackathon)\b"
    r"|\b(?:placed|ranked|(?:entry|submission) (?:to|for|in)|\d+(?:st|nd|rd|th) place)\b[^.\n]{0,80}\b(?:competition|hackathon|datathon)\b"
    r"|\bkaggle (?:competition|challenge)\b"
    r"|\b(?:for|as) (?:a |my |our )?(?:(?:academic|research) and )?(?:learning|educational|academic|practice|portfolio|teaching) (?:purposes?|exercise)\b"
    r"|\b(?<!machine )(?<!machine-)(?<!deep )(?<!deep-)(?<!reinforcement )(?:learning|portfolio|practice|toy) project\b|\b(?:we are|i am|i'm) learning\b"
    r"|\b(?:repository|repo|project) (?:that )?(?:demonstrat|showcas|illustrat)(?:es|ing) (?:\w+ )?(?:approaches|patterns|ways)\b"
    r"|\b(?:using|with|on|through) an? (?:[\w-]+ ){0,4}toy (?:example|problem)\b"
    r"|\bimplements? (?:the )?concepts? of\b|\bdemonstrating (?:best practices|the concepts?)\b"
    r"|\b(?:skills|concepts) (?:that )?you (?:have )?(?:acquired|learned|learnt)\b|\bintensive training\b",
    re.I,
)
"""Words by which the author of a repository says that it was made to learn or to be marked, not to be operated."""
_MARKED = regex(
    r"\bpart of (?:the |an? |my |our )?[^.\n]{0,60}\b(?:course(?! of)|bootcamp|nanodegree|curriculum|internship)\b"
    r"|\b(?:purpose|goal|aim)s? of this (?:project|repository|work)\b[^.\n]{0,120}\b(?:learn|practi[sc]e|deeper (?:understanding|comprehension))\b"
    r"|\b(?:TFG|TFM|trabajo (?:de )?fin de (?:grado|m[aá]ster)|proyecto (?:final|de (?:curso|grado|fin de carrera))|tesis de (?:grado|m[aá]ster|maestr[ií]a))\b"
    r"|\b(?:trabalho de conclus[aã]o|projeto (?:final|de conclus[aã]o)|trabalho (?:da|para a) disciplina|bachelorarbeit|masterarbeit|abschlussarbeit|studienarbeit)\b"
    r"|\b(?:projet de fin d['’][eé]tudes|m[eé]moire de (?:master|fin)|projet (?:scolaire|de cours)|tesi di laurea|progetto d['’]esame|afstudeer\w+|masterproef)\b"
    r"|\b(?:tugas (?:akhir|besar)|skripsi|bitirme (?:projesi|tezi)|đồ án|khóa luận|курсов\w+ (?:работ|проект)\w*|диплом\w+ (?:работ|проект)\w*|выпускн\w+ квалификацион\w+|в рамках (?:курса|обучения|магистратуры)|магистратур\w+ (?:ИТМО|МГУ|ВШЭ|МФТИ))"
    r"|\b(?:teste t[ée]cnico|prueba t[ée]cnica|test technique d['’]embauche|coding (?:challenge|assessment)|take-?home (?:assignment|test|exercise|challenge|task|project))\b"
    r"|\b(?:hiring|recruit(?:ing|ment)|interview|job application) (?:task|test|assignment|challenge|exercise)\b"
    r"|毕业(?:设计|论文)|课程(?:设计|作业|项目)|期末(?:作业|项目)|大作业|卒業(?:研究|論文|制作)|졸업\s?(?:작품|논문|프로젝트)|캡스톤",
    re.I,
)
"""The same, in words that mean nothing else wherever they stand, and in the languages of those who say so."""

_EXAMINED = regex(
    r"\bviva[- ](?:voce|defen[cs]e|questions?|exam\w*|prep\w*|guide|notes?)\b"
    r"|\b(?-i:[BM]\. ?Tech|[BM]Tech|B\.?Sc|M\.?Sc|B\.?E|M\.?E)\b\.?(?: \w+){0,2} (?:viva|project|lab|thesis|dissertation|assignment|submission)\b"
    r"|\blab(?:oratory)? assignments?\b|\b(?:thesis|dissertation) (?:defen[cs]e|submission)\b|\bdefen[cs]e of (?:my|our|the) thesis\b"
    r"|\bcapstone (?:project|report|presentation|defen[cs]e|submission)\b|\b(?:my|our|this|for) coursework\b|\bcoursework (?:submission|report|project)\b",
    re.I,
)
"""Words of those who are examined: by them any document at the root, or what a program says of itself, tells the same."""

_SIBLINGS = 3
"""From so many folders with environments of their own in one folder on, they are projects side by side."""


def _one_form(word: str) -> str:
    """A teaching word in one spelling, so that saying it twice is no second word. Every README helps to get started."""
    plain = re.sub(r"[- ]+", " ", word.lower()).removesuffix("s")
    return "get started" if plain in ("getting started", "quick start", "quickstart") else plain


def teaching(p: Portrait) -> Iterable[Signal]:
    """What says that a component is there to be read and learnt from."""
    name = f"{p.name} {p.root}".replace("-", " ").replace("_", " ")
    # A folder `projects/` holds a collection; what lies in it is one project.
    own = (p.root.rpartition("/")[2] or p.name).replace("-", " ").replace("_", " ")
    found = [*_TEACHING.finditer(name), *_COLLECTION.finditer(own)]
    words = {match.group(0).lower() for match in found}
    if words:
        yield Signal("T", 0.5, f"its name says {', '.join(sorted(words))}")
    told = [_one_form(match.group(0)) for match in _TEACHING.finditer(_FOR_EXAMPLE.sub("", p.readme[:1500]))]
    if said := sorted(set(told)):
        weight = 0.45 if len(said) > 1 else 0.25 if len(told) > 1 and said != ["get started"] else 0.15
        yield Signal("T", weight, f"README says {', '.join(said[:3])}")
    if so := _CALLED.search(p.readme[:3000]):
        yield Signal("T", 0.35, f"README calls it so: {so.group(0).lower()}")
    folders = {
        path[len(p.root) :].lstrip("/").partition("/")[0]
        for path in p.programs
        if "/" in path[len(p.root) :].lstrip("/")
    }
    guides = [path for path in _documents(p) if _GUIDE.search(path)]
    if guides and not p.readme:
        yield Signal("T", 0.6, f"its only guide is {guides[0]}")
    top = sorted({path[len(p.root) :].lstrip("/").partition("/")[0] for path in p.resolved.tree if p.owned(path)})
    if named := [folder for folder in top if _TAUGHT.fullmatch(folder)]:
        yield Signal("T", 0.35, f"a folder {named[0]}/")
    numbered = [folder for folder in folders if _NUMBERED.match(folder)]
    if len(numbered) >= 3:
        yield Signal("T", 0.5, f"{len(numbered)} numbered folders")
    steps = [path for path in p.programs if path.endswith(".ipynb") and dirname(path) == p.root]
    if len([path for path in steps if _NUMBERED.match(path.rpartition("/")[2])]) >= 5:
        yield Signal("T", 0.3, "notebooks numbered one after the other")
    books = [path for path in p.programs if path.endswith(".ipynb")]
    called = [path for path in books if _LESSON.search(path.rpartition("/")[2])]
    if len(called) >= 2:
        yield Signal("T", 0.3, f"{len(called)} notebooks are called lessons or labs")
    taught = lessons([(path, p.resolved.files[path]) for path in books])
    if taught >= len(books) / 2 and taught and 2 * p.logical(books) >= p.logical(p.programs):
        yield Signal("T", 0.6, f"{taught} of {len(books)} notebooks are lessons")
    homes = {dirname(path) for path in p.services}
    if len(homes) >= 3:
        yield Signal("T", 0.35, f"{len(homes)} services side by side in separate folders")
    environments = _environments(p)
    beside = Counter(map(dirname, environments))
    # Parts of one system lie in folders of their own, a few here and a few there; so do the variants of what is called a template.
    if sum(count for count in beside.values() if words - {"example", "demo"} or count >= _SIBLINGS) >= 5:
        yield Signal("T", 0.45, f"{len(environments)} projects side by side, each with its own environment")
    examples = [path for path in p.programs if places.is_example(path)]
    if p.programs and len(examples) / len(p.programs) > 0.6:
        yield Signal("T", 0.4, "most of the code lies in example folders")


def _environments(p: Portrait) -> set[str]:
    """The folders below a component that list what to install, what trackers wrote down left out."""
    listing = (path for path, facts in p.resolved.files.items() if facts.requirements and facts.attr("inline") is None)
    own = {
        dirname(path)
        for path in listing
        if p.owned(path) and "lock" not in path and (not p.package or places.is_product(path))
        if not places.is_recorded(path) and f"{dirname(path)}/MLmodel" not in p.resolved.tree
    }
    return own - {p.root} - _built_together(p)


def _built_together(p: Portrait) -> set[str]:
    """The folders that one file of compose builds images of: parts of one system, each with an environment of its own."""
    return {
        normal(join(dirname(step.path), dict(step.step.attrs).get("build", "")))
        for step in p.steps.all
        if step.tool == "compose" and dict(step.step.attrs).get("build") and places.is_product(step.path)
    }


_ADOPTED = regex(
    r"\badapt (?:the|this) (?:\w+ ){0,2}(?:code|code ?base|package|template|repository|repo|project|skeleton)\b[^.\n]{0,20} to (?:your|you|the \w+ you)\b"
    r"|\b(?:use|clone|fork) this (?:repository|repo|project)(?: as)? (?:a|your|the) (?:template|starting point|skeleton|boilerplate)\b"
    r"|\b(?:click|press|hit)\b[^.\n]{0,30}\buse this template\b|\bthis (?:repository|repo|project) is an? (?:\w+ ){0,3}(?:template|boilerplate|skeleton)\b",
    re.I,
)
"""Words by which a README hands its repository to others, who make it theirs before anything of it runs."""


@lru_cache(maxsize=20)
def adopted(readme: str) -> str:
    """The words by which a README calls its repository a template for those who read it; "" where it does not."""
    found = _ADOPTED.search(readme[:60_000])
    return " ".join(found[0].split()) if found else ""


@lru_cache(maxsize=20)  # a history asks of the same texts at most of its points
def coursework(readme: str) -> str:
    """The words by which a README calls its repository the work of a course; "" where it does not."""
    return _said(_COURSEWORK.search(readme[:6000])) or examined(readme)


@lru_cache(maxsize=200)
def examined(text: str) -> str:
    """The words by which any text says that it is the work of a course; "" where it does not: no word of it means anything else."""
    told = text[:60_000]  # who made it why often ends a document
    return _said(_MARKED.search(told) or _EXAMINED.search(told))


def _said(found: re.Match[str] | None) -> str:
    return " ".join(found[0].split()) if found is not None else ""


def marked(p: Portrait) -> str:
    """The words by which a service tells those who use it that it is the work of a course; "" where it does not."""
    texts = (text for path in p.services for text in p.resolved.code.texts(path))
    return next((_said(found) for text in texts if (found := _MARKED.search(text))), "")


def noted(p: Portrait) -> str:
    """The words by which a document at the root, or what a program says of itself, calls this the work of a course; "" without."""
    code = p.resolved.code
    documents = (p.resolved.code.alone(path, _of_document, str) for path in _documents(p))
    return next(filter(None, documents), "") or next(
        filter(None, (code.alone(path, _of_program, str) for path in p.product)), ""
    )


def _of_document(facts: Facts) -> str:
    return examined("\n".join(f"{section.title}\n{section.text}" for section in facts.sections))


def _of_program(facts: Facts) -> str:
    scopes = facts.program.scopes if facts.program is not None else ()
    return examined(scopes[0].doc) if scopes else ""


_ASSIGNED = regex(r"(?:^|/)(assignment|coursework|homework)/", re.I)


def assigned(paths: Iterable[str]) -> str:
    """The folder by whose name a repository keeps what it was asked to do for a course; "" without one."""
    return next(filter(None, map(_assigned, paths)), "")


@lru_cache(maxsize=100_000)
def _assigned(path: str) -> str:
    found = _ASSIGNED.search(path)
    return found[1] if found else ""


def _documents(p: Portrait) -> list[str]:
    """The documents at the root of the component."""
    facts = p.resolved.files.items()
    return [path for path, of in sorted(facts) if of.sections and dirname(path) == p.root]


def notebooks(p: Portrait) -> Iterable[Signal]:
    """How much of the code is in notebooks."""
    notebooks = [path for path in p.programs if path.endswith(".ipynb")]
    whole = p.logical(p.programs)
    share = p.logical(notebooks) / whole if whole else 0.0
    if share >= 0.6:
        yield Signal("N", 0.7, f"{share:.0%} of the code is in notebooks")
    elif share >= 0.3 and not p.is_package:
        yield Signal("N", 0.4, f"{share:.0%} of the code is in notebooks")
