"""What commands read and write besides the programs they run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language.shell import read_shell
from auditor.program.running.flows import Flow
from auditor.program.running.movement import Movement, movements, moves


def moved(text: str) -> list[Movement]:
    """The movements of a text, those that move something."""
    return [each for each in movements(read_shell(text)) if each.reads or each.writes]


def ends(flows: Iterable[Flow]) -> str:
    """Each end as `path`, `path+name` for a name in what may be a folder, `!kind` for what is no data."""
    return " ".join(
        flow.word.text + (f"+{flow.within}" if flow.within else "") + ("" if flow.kind == "data" else f"!{flow.kind}")
        for flow in flows
    )


TRANSFERS = [
    ("aws s3 cp s3://b/a.csv d/", "s3://b/a.csv", "d/+a.csv"),
    ("aws s3 cp --recursive --profile x s3://b/p d", "s3://b/p", "d"),
    ("aws s3 sync d s3://b/p --exclude '*' --delete", "d", "s3://b/p"),
    ("aws s3api get-object --bucket b --key k/a.csv a.csv", "s3://b/k/a.csv", "a.csv+a.csv"),
    ("gsutil -m cp -r gs://b/p ./d", "gs://b/p", "./d+p"),
    ("gcloud storage cp d/a.csv gs://b/a.csv", "d/a.csv", "gs://b/a.csv+a.csv"),
    ("az storage blob download --account-name acc -c c -n k.csv -f x.csv", "az://acc/c/k.csv", "x.csv+k.csv"),
    ("azcopy copy https://acc.host/c/k.csv?sig=x d/k.csv", "https://acc.host/c/k.csv?sig=x", "d/k.csv+k.csv"),
    ("rclone copy remote:b/p d", "rclone://remote/b/p", "d+p"),
    ("hdfs dfs -get /a/b.csv d/", "hdfs://default/a/b.csv", "d/+b.csv"),
    ("databricks fs cp dbfs:/a.csv b.csv", "/dbfs/a.csv", "b.csv+a.csv"),
    ("curl -sSL -o d/a.csv https://h/a.csv", "https://h/a.csv", "d/a.csv"),
    ("curl -sSLO https://h/a.zip", "https://h/a.zip", "a.zip"),
    ("curl https://h/a.csv > b.csv", "https://h/a.csv", "b.csv"),
    ("wget -q -O d/b.csv 'https://h/b?x=1'", "https://h/b?x=1", "d/b.csv"),
    ("wget -P d https://h/c.csv https://h/e.csv", "https://h/c.csv https://h/e.csv", "d/c.csv d/e.csv"),
    ("wget https://h/c.csv", "https://h/c.csv", "c.csv"),
    ("gdown 'https://drive.google.com/uc?id=ABC' -O m.pt", "https://drive.google.com/file/d/ABC", "m.pt"),
    ("kaggle datasets download -d o/n -p d --unzip", "https://www.kaggle.com/datasets/o/n", "d"),
    ("kaggle competitions download -c titanic", "https://www.kaggle.com/competitions/titanic", "titanic.zip"),
    ("huggingface-cli download o/m w.bin --local-dir d", "hf://o/m/w.bin", "d/w.bin"),
    ("hf download o/s --repo-type dataset --local-dir d", "hf://datasets/o/s", "d"),
    ("dvc pull d/raw.dvc", "d/raw", ""),
    ("dvc get https://h/x.git d/y.xml -o z.xml", "https://h/x/d/y.xml", "z.xml"),
    ("dvc import-url s3://b/x.csv d/x.csv", "s3://b/x.csv", "d/x.csv+x.csv"),
    ("git clone https://huggingface.co/datasets/o/n d", "https://huggingface.co/datasets/o/n", "d"),
    ("git clone https://github.com/o/n.git", "https://github.com/o/n.git!code", "n!code"),
    ("scp u@h:/d/a.csv .", "ssh://h/d/a.csv", ".+a.csv"),
    ("rsync -av --exclude x a/ b/", "a/", "b/"),
    ("cp -r a b c/", "a b", "c/+a c/+b"),
    ("cp -t c a b", "a b", "c+a c+b"),
    ("sudo mv a.csv $D/", "a.csv", "{D}/+a.csv"),
    ("ln -s /mnt/d d", "/mnt/d", "d+d"),
]
CONVERSIONS = [
    ("tar -xzf a.tgz -C d", "a.tgz", "d"),
    ("tar --extract --file=a.tar --directory d", "a.tar", "d"),
    ("tar czf a.tgz b c", "b c", "a.tgz"),
    ("unzip -q a.zip -d d", "a.zip", "d"),
    ("zip -r a.zip b c", "b c", "a.zip"),
    ("gunzip a.csv.gz", "a.csv.gz", "a.csv"),
    ("gunzip -c a.csv.gz > b.csv", "a.csv.gz", "b.csv"),
    ("gzip a.csv", "a.csv", "a.csv.gz"),
    ("cat a.csv b.csv > c.csv", "a.csv b.csv", "c.csv"),
    ("jq -r .x a.json > b.json", "a.json", "b.json"),
    ("sort -t , -o b.csv a.csv", "a.csv", "b.csv"),
    ("grep -v x a.csv > b.csv", "a.csv", "b.csv"),
    ("sed -i s/a/b/ a.csv", "a.csv", "a.csv"),
    ("awk -F, '{print $1}' a.csv > b.csv", "a.csv", "b.csv"),
    ("papermill a.ipynb out/a.ipynb -p x 1 -f p.yaml", "p.yaml!config", "out/a.ipynb!report"),
    ("jupyter nbconvert --to html --execute n/a.ipynb --output-dir r", "", "r/a.html!report"),
    ("jupytext --to py a.ipynb", "", "a.py!script"),
    ("cml comment create r.md", "r.md!report", ""),
    ("python t.py < a.csv > b.csv", "a.csv", "b.csv"),
    ("python t.py 2> t.err", "", ""),
]


@pytest.mark.parametrize(("line", "reads", "writes"), TRANSFERS + CONVERSIONS)
def test_a_command_moves(line: str, reads: str, writes: str) -> None:
    (made,) = movements(read_shell(line))
    assert (ends(made.reads), ends(made.writes)) == (reads, writes)


@pytest.mark.parametrize(
    "line",
    ["mkdir -p d", "rm -rf d", "cat a.csv", "head a.csv | less", "echo a > a.csv", "date >> a.csv", "pip freeze > a.txt",
     "curl -X POST https://h/predict -d '{}'", "curl -sSL https://h/i.sh | bash", "aws s3 ls s3://b", "dvc push", "git lfs install",
     "cat > a.csv <<E\n1,2\nE", "echo a | tee a.csv", "kubectl get pods > a.csv", "ls d > a.csv", "aws s3 cp s3://b/a.csv -", "tee a", "cp a"],
)  # fmt: skip
def test_a_command_that_moves_nothing(line: str) -> None:
    assert moved(line) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -L https://h/a.tgz | tar xz -C d", [("https://h/a.tgz", ""), ("", "d")]),
        ("wget -qO- https://h/a.csv.gz | gunzip > a.csv", [("https://h/a.csv.gz", ""), ("", "a.csv")]),
        ("cat a.csv | python t.py > b.csv", [("a.csv", ""), ("", "b.csv")]),
        ("python t.py | tee -a b.csv", [("", "b.csv")]),
        ("cat a | sort | uniq > b", [("a", ""), ("", "b")]),
        ("aws s3 cp s3://b/a.csv - | python t.py", [("s3://b/a.csv", "")]),
        ("while read l; do python t.py $l; done < a.txt", [("a.txt", "")]),
        ("for f in a b; do cp $f.csv d/; done", [("a.csv", "d/+a.csv"), ("b.csv", "d/+b.csv")]),
    ],
)
def test_pipes_are_followed(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(ends(each.reads), ends(each.writes)) for each in moved(text)] == expected


def test_what_other_programs_print_may_be_a_log() -> None:
    (made,) = moved("mytool run > a.csv")
    assert [(flow.sure, flow.alone) for flow in made.writes] == [(False, True)]
    (made,) = moved("python t.py > a.csv")
    assert [(flow.sure, flow.alone) for flow in made.writes] == [(True, True)]


def test_lines_and_exactness_are_kept() -> None:
    (made,) = moved("true\ncp $A/x.csv d/x.csv")
    assert (made.tool, made.line) == ("cp", 2)
    assert [flow.word.exact for flow in (*made.reads, *made.writes)] == [False, True]


def test_tools_that_bring_data() -> None:
    def brings(line: str) -> bool:
        command = read_shell(line)[0]
        return moves(command.words[0].text, command.words[1:])

    assert [brings(line) for line in ("dvc pull", "aws s3 cp a b", "aws ec2 x", "cp a b", "git status")] == [
        True,
        True,
        False,
        False,
        False,
    ]


WORDS = st.lists(
    st.sampled_from(
        ["aws", "s3", "cp", "-", "a.csv", "s3://b/k", "|", ">", "<", "tee", "tar", "-xzf", "-C", "curl", "-o", "-O", "wget", "-P", "dvc", "get",
         "git", "clone", "cat", "papermill", "-f", "kaggle", "datasets", "download", "-d", "unzip", "az", "storage", "blob", "--file", "$X",
         "jupyter", "nbconvert", "--output", "gunzip", "sed", "-i", "hdfs", "dfs", "-get", "rclone", "copy", "r:", "x:y", "7z", "e", "ffmpeg",
         "-i", "zip", "xargs", "docker", "sort", "dd", "if=a", "hf", "s3cmd", "gdown", "--id", "jupytext", "--to", "cml", "azcopy"]
    ),
    max_size=9,
).map(" ".join)  # fmt: skip


@settings(max_examples=500)
@given(WORDS | st.text(max_size=40))
def test_any_text_moves_something_or_nothing(text: str) -> None:
    commands = read_shell(text)
    assert len(movements(commands)) == len(commands)
