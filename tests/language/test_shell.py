from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language import shell, shell_reading, shell_tree
from auditor.language.shell import read_shell
from auditor.language.shell_plain import plain_commands
from auditor.language.shell_state import MAX_COMMANDS
from auditor.model.facts import Command


def words(text: str) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in read_shell(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python train.py --lr 0.1", ["python train.py --lr 0.1"]),
        ("X=data; python $X/a.py ${Y:-raw}.csv", ["python data/a.py raw.csv"]),
        ("OPTS='--lr 1 --n 2'\npython t.py $OPTS", ["python t.py --lr 1 --n 2"]),
        ("ARGS=(--a 'b c')\nrun \"${ARGS[@]}\"", ["run --a b c"]),
        (
            "for m in a b; do python train.py --model $m; done",
            ["python train.py --model a", "python train.py --model b"],
        ),
        ("mkdir -p data/{raw,clean}", ["mkdir -p data/raw data/clean"]),
        ("f() { python $1; }\nf a.py\nf b.py", ["python a.py", "python b.py"]),
        ("f() { python a.py; }", ["python a.py"]),
        ("if [ -f x ]; then a; else b; fi", ["test -f x", "a", "b"]),
        ("case $x in a) one;; *) two;; esac", ["one", "two"]),
        ("pip install a>=1.0 \\\n  b[x]>=2 c > log", ["pip install a b[x] c"]),
        ("a > b c < d e", ["a c e"]),
        ("a x && b > y z", ["a x", "b z"]),
        ("for i in 1 2; do a | b > y z; done", ["a", "b z", "a", "b z"]),
        ("a | b && c || d; e &", ["a", "b", "c", "d", "e"]),
        ("N=$(python count.py)\necho $N", ["python count.py", "echo {N}"]),
        ("python a.py # why\n# only this", ["python a.py"]),
        ("bash -c 'cd x && python y.py'", ["bash -c cd x && python y.py", "python y.py"]),
        ("echo $'a\\tb' \"c $D\"", ["echo a\tb c {D}"]),
        ("login --token abc123 --user me", ["login --token *** --user me"]),
        ("git clone https://me:pw@host/x.git", ["git clone https://***@host/x.git"]),
    ],
)
def test_commands(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_template_holes_are_inexact_words() -> None:
    (command,) = read_shell("python a.py ${{ github.sha }} {{ ds }} ${train.lr} {alpha}", braces=True)
    assert [(word.text, word.exact) for word in command.words] == [
        ("python", True),
        ("a.py", True),
        ("{github.sha}", False),
        ("{ds}", False),
        ("{train.lr}", False),
        ("{alpha}", False),
    ]


def test_marks_by_which_editors_fold_are_no_template() -> None:
    found = read_shell("a.py one\n# STAGE 1 {{{\nb.py $1\n# }}}\nc.py {{{ raw }}}\n")
    assert [command.words[0].text for command in found] == ["a.py", "b.py", "c.py"]


def test_folders_are_followed_and_forgotten_with_their_subshell() -> None:
    made = read_shell("(cd a && one)\ncd b/../c\ntwo\npushd d\nthree\npopd\nfour\ncd $Z\nfive")
    assert [(command.words[0].text, command.cwd) for command in made] == [
        ("one", "a"),
        ("two", "c"),
        ("three", "c/d"),
        ("four", "c"),
        ("five", None),
    ]


def test_the_folder_of_the_script_is_known_by_its_idioms() -> None:
    text = 'DIR="$( cd "$( dirname "${BASH_SOURCE[0]}" )" >/dev/null 2>&1 && pwd )"\npython $DIR/x.py\ncd "$(dirname "$0")"/..\npython y.py'
    first, second = read_shell(text)
    assert first.words[1].text == "{here}/x.py"
    assert second.cwd == "{here}/.."


def test_streams_guards_and_bodies() -> None:
    made = read_shell("a < in.txt > out.txt 2>&1\nb || true\npython - <<'E'\nprint(1)\nE\npython -c 'x = 1'\nc -c d\n")
    first, second, third, fourth, fifth = made
    assert [word.text for word in first.reads + first.writes] == ["in.txt", "out.txt"]
    assert (first.guard, second.guard) == (False, True)
    assert ([word.text for word in third.words], third.body, third.line) == (["python", "-"], "print(1)\n", 3)
    assert (fourth.body, fifth.body) == ("x = 1", "")


def test_what_is_exported_reaches_the_programs_behind_it() -> None:
    text = "export A=1 B=x\nC=2\nexport C\nX=3 python t.py\nunset A\nexport P=$Q\npython u.py\nD=4 python v.py"
    made = {command.words[1].text: command for command in read_shell(text) if command.words[0].text == "python"}
    assert made["t.py"].environment == (("A", "1"), ("B", "x"), ("C", "2"))
    assert made["t.py"].assignments == (("X", "3"),)
    assert made["u.py"].environment == (("B", "x"), ("C", "2"), ("P", "{Q}"))
    assert made["v.py"].environment == made["u.py"].environment


def test_a_text_may_start_with_variables_and_secrets_stay_unknown() -> None:
    (made,) = read_shell("t --lr $LR --key $API_KEY", environment=(("LR", "0.1"), ("API_KEY", "abc"), ("N", "1")))
    assert [word.text for word in made.words] == ["t", "--lr", "0.1", "--key", "{API_KEY}"]
    assert made.environment == (("LR", "0.1"), ("API_KEY", "{API_KEY}"), ("N", "1"))


def test_pipes_are_told_from_sequences() -> None:
    assert [(c.words[0].text, c.piped) for c in read_shell("a | b > x && c; d | (e; f)")][:4] == [
        ("a", False),
        ("b", True),
        ("c", False),
        ("d", False),
    ]
    assert [c.piped for c in read_shell('x=$(a)\ny=$(echo "$x" | b)\nz=$(echo 1 | c | d)')] == [
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for f in d/*.csv; do x $f; done", ["x d/{*}.csv"]),
        ("for f in d/*.csv; do x ${f%.csv}.parquet; done", ["x d/{*}.parquet"]),
        ("while read l; do x $l; done", ["read l", "x {l}"]),
        ("x <your file> < in", ["x {your file}"]),
        ("bash -c 'bash -c \"x y\"'", ['bash -c bash -c "x y"', "bash -c x y", "x y"]),
        ("sudo sh -c 'x y'", ["sudo sh -c x y", "x y"]),
        ("su - me -c 'x y'", ["su - me -c x y", "x y"]),
        ("sbatch --wrap 'x y'", ["sbatch --wrap x y", "x y"]),
        ("watch 'x | y'", ["watch x | y", "x", "y"]),
        ("eval 'x y'", ["eval x y", "x y"]),
        ("A=(x # note\n y)\nrun ${A[@]}", ["run x y"]),
    ],
)
def test_commands_of_loops_placeholders_and_inner_shells(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "cwd"),
    [
        ("cd a; cd b; cd -; last", "a"),
        ("cd $(git rev-parse --show-toplevel); last", "{root}"),
        ("cd ${{ github.workspace }}/a; last", "{root}/a"),
        ("cd a && cd $PWD/../b; last", "b"),
        ("if true; then cd a; fi; last", None),
        ("bash -c 'cd $X && last'", None),
        ("cd a; bash -c 'cd b && last'", "a/b"),
        ("cd a; docker run -v $PWD:/w image sh -c last", None),
    ],
)
def test_where_the_last_command_runs(text: str, cwd: str | None) -> None:
    found = read_shell(text)[-1]
    assert (found.words[-1].text, found.cwd) == ("last", cwd)


def test_text_for_python_is_kept_whole() -> None:
    long = "x = 1\n" * 3000
    assert read_shell(f"python - <<'E'\n{long}E\n")[0].body == long
    assert len(read_shell(f"cat > a.txt <<'E'\n{long}E\n")[0].body) < len(long)


def test_an_option_of_the_script_is_no_body() -> None:
    assert read_shell("python train.py -c config.yaml")[0].body == ""


def test_lines_count_from_the_first_line_given() -> None:
    assert [command.line for command in read_shell("a \\\n  b\n\nc\nif x; then\n  d\nfi", line=10)] == [10, 13, 14, 15]


def test_bounds_hold() -> None:
    assert len(read_shell("for i in {1..50}; do for j in {1..50}; do x; done; done")) <= MAX_COMMANDS
    assert len(read_shell("f() { f; f; }; f")) <= MAX_COMMANDS
    read_shell("(" * 3000 + "a" + ")" * 3000)
    read_shell("$(" * 2000)


def test_shell_that_is_broken_gives_what_it_can() -> None:
    assert "python a.py" in words("python a.py\nif then fi (\n")


PLAIN = st.lists(
    st.sampled_from(
        [
            "python a.py",
            "X=1",
            "echo $X",
            "'a b' c",
            '"q $X"',
            "cd d",
            "&&",
            ";",
            "\n",
            "\\\n",
            "# note\n",
            "A=b env",
            "run --x=*.csv",
            "a~b",
            "[ -f $X ]",
            "[ a = ']' ]",
            "[ 'a b' ]",
            "[ ! -d d",
        ]
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=300)
@given(PLAIN)
def test_the_short_way_agrees_with_the_parser(text: str) -> None:
    from unittest.mock import patch

    quick = shell._read(text, 1, False, False, ())
    plain = plain_commands(text)
    if plain is None or any("[" in written[1:] for written, _, _ in plain):  # the grammar takes `] [` for one word
        return
    with patch.object(shell_reading, "plain_commands", lambda _: None):
        slow = shell._read(text, 1, False, False, ())
    if not _broken(text):
        assert [command.words for command in quick] == [command.words for command in slow]


LINES = st.lists(
    st.sampled_from(
        ["python a.py", "X=1", "X=1 run $X", "cd sub", "pushd a", "popd", "cd -", 'source "${{ github.workspace }}/set up.sh";', "a && b &&",
         "echo '", "' done", 'echo "$X', '"', "bash -c 'cd x && y'", "bash -c 'f() { z; }'", "f", "eval 'X=2'", "[ -f x ] && cat x", "python -c 'a'",
         "run \\", "  # note", "", "echo {{ a", "}} b", "{% if x %}", "<to fill>", "set -e", "a{1,2}", "\ue0030\ue004", "login --token abc123"]
    ),
    max_size=8,
).map("\n".join)  # fmt: skip


@settings(max_examples=400)
@given(LINES)
def test_lines_read_one_by_one_say_what_they_say_together(text: str) -> None:
    assert read_shell(text) == shell._read(text, 1, False, False, ())
    assert read_shell(text, line=7, guard=True) == shell._read(text, 7, False, True, ())


def test_where_a_line_came_from_is_known_to_the_next() -> None:
    (command,) = read_shell("cd .\ncd - && run && cd -")
    assert command.cwd == ""


def _broken(text: str) -> bool:
    return bool(shell_tree._parser().parse(text.encode()).root_node.has_error)


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from(list("ab$(){}'\"`\\|&;<> \n=[]!#*/0@")), max_size=50))
def test_any_text_gives_commands(text: str) -> None:
    assert all(isinstance(command, Command) for command in read_shell(text, braces=True))


PARTS = st.lists(
    st.sampled_from(
        ["export", "A=1", "$A", "${A%.x}", "$(dirname $0)", "$(pwd)", "cd", "-", "..", "bash -c", "'cd x; y'", "for i in", "*.csv;", "do", "done",
         "$(seq 3)", "if", "then", "fi", "eval", "su -c", "docker run", "-v $PWD:/w", "<<E", "E\n", "\n", "|", "unset A", "set --", "<a b>", "{}"]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@settings(max_examples=300)
@given(PARTS)
def test_any_words_give_commands(text: str) -> None:
    made = read_shell(text, environment=(("A", "x"), ("E", "$A")))
    assert all(isinstance(command, Command) for command in made)


def test_a_quote_that_ends_lines_below_is_part_of_its_word() -> None:
    assert [[word.text for word in command.words] for command in read_shell('echo a"b\nls\n')] == [["echo", "ab\nls"]]


def test_tests_of_files_that_lead_to_a_command_are_kept() -> None:
    text = "if [ -f a.py ]; then\n  one\nelse\n  two\nfi\nif ! test -e b.py; then three; fi\nif [[ -f a.py && -f b.py ]]; then four; fi\nif [ -f $x ]; then five; fi\nif [ -f ${{ a.b }}.py ]; then seven; fi\ncd in\nif [ -f a.py ]; then six; fi\n"
    kept = {command.words[0].text: command.where for command in read_shell(text)}
    assert kept["one"] == ("-f a.py",)
    assert kept["two"] == ("! -f a.py",)
    assert kept["three"] == ("! -f b.py",)
    assert [kept[name] for name in ("four", "five", "six", "seven")] == [(), (), (), ()]
