from __future__ import annotations

import pytest

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file

HEAD = "from setuptools import setup\n"


def read(text: str) -> Facts:
    return read_file(candidates("setup.py"), text.encode())


def needs(facts: Facts) -> list[tuple[str, str, int]]:
    return [(r.name, r.group, r.line) for r in facts.requirements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("setup(install_requires=['a>=1',\n 'b'])\n", [("a", "", 2), ("b", "", 3)]),
        ("N = ['a']\nN += ['b']\nN.append('c')\nsetup(install_requires=N + ['d'])\n", [("a", "", 2), ("b", "", 3), ("c", "", 4), ("d", "", 5)]),
        ("setup(install_requires='a\\nb==1')\n", [("a", "", 2), ("b", "", 2)]),
        ("X = {'dev': ['a']}\nX['gpu'] = ['b']\nsetup(extras_require=X)\n", [("a", "dev", 2), ("b", "gpu", 3)]),
        ("A = ['a']\nsetup(extras_require={**{'x': A}, 'y': ['b'] if 1 else ['c']})\n", [("a", "x", 2), ("b", "y", 3), ("c", "y", 3)]),
        ("K = {'tests_require': ['a']}\nsetup(tests_require=['t'], **K)\n", [("t", "test", 3)]),
        ("N = N + N\nN = [N] * 9\nsetup(install_requires=N)\n", []),
        ("R = {'core': ['a'], 'ml': ['b']}\nsetup(install_requires=sum(R.values(), []))\n", [("a", "", 2), ("b", "", 2)]),
        ("R = {'core': ['a'], 'ml': ['b']}\nsetup(install_requires=R['core'])\n", [("a", "", 2)]),
        ("A = ['a']\nsetup(install_requires=[A, ['b']])\n", [("a", "", 2), ("b", "", 3)]),
        ("def needs():\n    if 1:\n        return ['a']\n    return ['b']\nsetup(install_requires=needs())\n", [("a", "", 4), ("b", "", 5)]),
        ("def needs():\n    try:\n        return ['a']\n    except OSError:\n        return ['b']\nsetup(install_requires=needs())\n", [("a", "", 4), ("b", "", 6)]),
        ("print(1)\n", []),
    ],
)  # fmt: skip
def test_requirements_that_are_written_out(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert needs(read(HEAD + text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "with open('r.txt') as f:\n    n = f.read().splitlines()\nsetup(install_requires=n)\n",
        "n = [x.strip() for x in open(os.path.join(here, 'r.txt')) if x]\nsetup(install_requires=n)\n",
        "n = (here / 'r.txt').read_text().split()\nsetup(install_requires=n)\n",
        "def get(p):\n    with open(p) as f:\n        return f.readlines()\nsetup(install_requires=get('r.txt'))\n",
        "def get(p='r.txt'):\n    return list(open(p))\nsetup(install_requires=get())\n",
        "n = []\nwith open('r.txt') as f:\n    for x in f:\n        y = x.split('#')[0]\n        n.append(y)\nsetup(install_requires=n)\n",
        "n = [str(x.req) for x in parse_requirements('r.txt', session=1)]\nsetup(install_requires=n)\n",
        "try:\n    n = open('r.txt').read().split('\\n')\nexcept OSError:\n    n = []\nsetup(install_requires=n)\n",
    ],
)
def test_requirements_of_a_file(text: str) -> None:
    facts = read(HEAD + text)
    assert ([(ref.path, ref.how) for ref in facts.references], facts.requirements) == ([("r.txt", "requirement")], ())


def test_metadata_and_commands() -> None:
    facts = read(
        HEAD + "NAME = 'churn'\nsetup(name=NAME, version='1', python_requires='>=3.9', classifiers=['a', 'b', 'c'],\n"
        " entry_points={'console_scripts': ['run = churn.cli:main'], 'other': ['x=y']})\n"
    )
    assert facts.attrs == (("package", "churn"), ("version", "1"), ("python", ">=3.9"), ("classifiers", "3"))
    assert [(p.name, p.target, p.line) for p in facts.entry_points] == [("run", "churn.cli:main", 4)]
    assert (facts.kind, facts.program is not None) == ("python", True)
    text = read(HEAD + "setup(entry_points='[console_scripts]\\na=b:c\\n[x]\\nd=e')\n")
    assert [(p.name, p.target) for p in text.entry_points] == [("a", "b:c")]
    assert read("def (").troubles[0].code == "syntax"
