"""What a command line runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word
from auditor.program import Resolved
from auditor.program.running.commands import Run
from auditor.program.running.grounds import Ground
from tests.program.asking import program

PYPROJECT = """\
[project]
name = "churn"
[project.scripts]
train-it = "pkg.cli:main"
gone = "nowhere.cli:main"
[tool.poe.tasks]
fit = "python train.py --lr 1"
all = ["fit", "check"]
check.cmd = "pytest -q"
[tool.pdm.scripts]
fit = {cmd = "python train.py"}
[tool.pixi.tasks]
clean = { cmd = "python steps/clean.py", depends-on = ["fetch"] }
[tool.hatch.envs.default.scripts]
fit = "python train.py {args}"
[tool.taskipy.tasks]
fit = "python train.py"
"""
SETUP = "from setuptools import setup\nsetup(entry_points={'console_scripts': ['old-it = core.fit:run']})\n"
TREE = {
    "train.py": "",
    "setup.py": SETUP,
    "pyproject.toml": PYPROJECT,
    "notes.ipynb": "",
    "app.py": "",
    "pkg/__init__.py": "",
    "pkg/cli.py": "",
    "pkg/serve.py": "",
    "tool/__init__.py": "",
    "tool/__main__.py": "",
    "src/core/__init__.py": "",
    "src/core/fit.py": "",
    "steps/clean.py": "",
    "steps/run.sh": "",
    "steps/one.ipynb": "",
    "steps/two.ipynb": "",
    "run.sh": "",
    "job.sbatch": "#!/bin/bash\npython train.py\n",
    "plot.R": "",
    "docker/Dockerfile": 'FROM python:3.11\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["python", "train.py"]\n',
    "ml/Makefile": "all:\n\ttrue\n",
}


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return program(TREE)


def run(resolved: Resolved, line: str, base: str = "", here: str = "") -> Run:
    return resolved.commands.resolve(read_shell(line)[-1], base, here)


PYTHON = [
    ("python train.py", "script", "train.py"),
    ("python ./train.py --lr 0.1", "script", "train.py"),
    ("python3 train.py", "script", "train.py"),
    ("python3.11 -u train.py", "script", "train.py"),
    ("python -W ignore train.py", "script", "train.py"),
    ("python $PYTHON_ARGS train.py", "script", "train.py"),
    ("/usr/bin/python train.py", "script", "train.py"),
    (".venv/bin/python train.py", "script", "train.py"),
    ("ipython train.py", "script", "train.py"),
    ("python -m pkg.cli", "script", "pkg/cli.py"),
    ("python -um pkg.cli", "script", "pkg/cli.py"),
    ("python -m tool", "script", "tool/__main__.py"),
    ("python -m core.fit", "script", "src/core/fit.py"),
    ("python -m nowhere.at_all", "tool", "python -m nowhere.at_all"),
    ("python -m steps", "tool", "python -m steps"),
    ("python -m pytest tests", "test", "pytest"),
    ("python -m pip install -e .", "install", "pip"),
    ("python -m uvicorn pkg.serve:app", "script", "pkg/serve.py"),
    ("python -m papermill notes.ipynb out.ipynb", "notebook", "notes.ipynb"),
    ("python -m cProfile -o out.prof train.py", "script", "train.py"),
    ("python -c 'print(1)'", "embedded", "python"),
    ("python - <<EOF\nprint(1)\nEOF", "embedded", "python"),
    ("python gone.py", "missing", "gone.py"),
    ("python /abs/train.py", "tool", "/abs/train.py"),
    ("python $SCRIPT", "tool", "{SCRIPT}"),
    ("python $DIR/train.py", "tool", "{DIR}/train.py"),
    ("python https://host/train.py", "tool", "https://host/train.py"),
    ("./train.py", "script", "train.py"),
    ("steps/clean.py", "script", "steps/clean.py"),
    ("cd steps && python clean.py", "script", "steps/clean.py"),
    ("cd steps; python ../train.py", "script", "train.py"),
    ("cd steps; python train.py", "missing", "train.py"),
    ("cd /opt/app && python train.py", "tool", "train.py"),
    ("cd $X && python steps/clean.py", "script", "steps/clean.py"),
    ("cd $X && python setup.py install", "tool", "setup.py"),
    ("python ${{ github.workspace }}/steps/clean.py", "script", "steps/clean.py"),
    ("cd steps && python $(git rev-parse --show-toplevel)/train.py", "script", "train.py"),
    ("cd steps && python $PWD/clean.py", "script", "steps/clean.py"),
]
IN_WORKSPACE = [
    ("databricks-notebook train", "", "script", "train.py"),
    ("databricks-notebook ./one", "steps", "notebook", "steps/one.ipynb"),
    ("databricks-notebook ../train.py", "steps", "script", "train.py"),
    ("databricks-notebook steps/one", "docker", "notebook", "steps/one.ipynb"),
    ("databricks-notebook /Repos/prod/shop/steps/one", "", "notebook", "steps/one.ipynb"),
    ("databricks-notebook /Workspace/Users/a@b.c/train", "", "script", "train.py"),
    ("databricks-notebook /Shared/gone", "", "tool", "databricks-notebook"),
    ("databricks-notebook /train", "", "tool", "databricks-notebook"),
    ("databricks-notebook gone", "", "tool", "databricks-notebook"),
    ("databricks-notebook $X/train", "", "tool", "databricks-notebook"),
    ("databricks-notebook plot.R", "", "tool", "databricks-notebook"),
    ("databricks-notebook", "", "tool", "databricks-notebook"),
]


@pytest.mark.parametrize(("line", "here", "kind", "target"), IN_WORKSPACE)
def test_notebooks_of_a_workspace(resolved: Resolved, line: str, here: str, kind: str, target: str) -> None:
    found = run(resolved, line, here, here)
    assert (found.kind, found.target) == (kind, target)


PREFIXES = [
    "env A=b python train.py",
    "A=b python train.py",
    "time -p python train.py",
    "nohup python train.py &",
    "sudo -u me -E python train.py",
    "exec python train.py",
    "nice -n 10 python train.py",
    "timeout 60 python train.py",
    "timeout -k 5 1h python train.py",
    "taskset -c 0-3 python train.py",
    "numactl -N 0 -m 0 python train.py",
    "flock /tmp/lock python train.py",
    "stdbuf -oL python train.py",
    "watch -n 5 python train.py",
    "xvfb-run -a -s '-screen 0' python train.py",
    "tini -- python train.py",
    "wait-for-it.sh db:5432 -t 30 -- python train.py",
    "gosu user python train.py",
    "poetry run python train.py",
    "poetry run -- python train.py",
    "uv run train.py",
    "uv run --with rich python train.py",
    "uv --directory . run -- train.py",
    "pipenv run python train.py",
    "pdm run python train.py",
    "hatch run python train.py",
    "hatch -e dev run python train.py",
    "rye run python train.py",
    "pixi run -e cuda python train.py",
    "conda run -n env --no-capture-output python train.py",
    "micromamba run -n env python train.py",
    "dotenv -f .env run -- python train.py",
    "doppler run -- python train.py",
    "aws-vault exec prod -- python train.py",
    "singularity exec --nv -B /data image.sif python train.py",
    "py-spy record -o p.svg -- python train.py",
    "nsys profile -o p python train.py",
    "coverage run --source pkg train.py",
    "kernprof -l -v train.py",
    "ray job submit --working-dir . -- python train.py",
    "sudo env A=b nohup nice -n 5 python train.py",
    "bash -c 'python train.py'",
    "nohup bash -c 'cd steps && python ../train.py' &",
    "docker run -v $PWD:/w -w /w python:3 bash -c 'python train.py'",
    "eval 'python train.py'",
    "sbatch --gres=gpu:1 --wrap='python train.py'",
    "if true; then python train.py; fi",
    "X=train; python $X.py",
]
LAUNCHERS = [
    ("torchrun --nproc_per_node 4 train.py --lr 1", "torchrun"),
    ("torchrun --nnodes=1 --rdzv_id x train.py", "torchrun"),
    ("python -m torch.distributed.launch --nproc_per_node=2 train.py", "torchrun"),
    ("python -m torch.distributed.run train.py", "torchrun"),
    ("accelerate launch --config_file a.yaml --num_processes 2 train.py", "accelerate"),
    ("deepspeed --include localhost:0,1 train.py --deepspeed ds.json", "deepspeed"),
    ("horovodrun -np 4 -H localhost:4 python train.py", "horovodrun"),
    ("mpirun -np 4 --bind-to none -x PATH python train.py", "mpirun"),
    ("srun --ntasks=4 --gres=gpu:1 python -u train.py", "srun"),
    ("srun bash -c 'python train.py'", ""),
    ("spark-submit --master local --py-files deps.py --conf a=b train.py x", "spark-submit"),
]
TOOLS = [
    ("train-it --lr 1", "script", "pkg/cli.py"),
    ("poetry run train-it --lr 1", "script", "pkg/cli.py"),
    ("old-it", "script", "src/core/fit.py"),
    ("gone --lr 1", "tool", "gone"),
    ("torchrun --nproc_per_node 2 -m pkg.cli --x", "script", "pkg/cli.py"),
    ("uv run -m pkg.cli", "script", "pkg/cli.py"),
    ("poe fit", "script", "train.py"),
    ("uv run poe fit --seed 3", "script", "train.py"),
    ("pdm run fit", "script", "train.py"),
    ("pixi run clean", "script", "steps/clean.py"),
    ("hatch run fit -x", "script", "train.py"),
    ("task fit", "script", "train.py"),
    ("uvicorn pkg.serve:app --port 80", "script", "pkg/serve.py"),
    ("uvicorn --app-dir pkg serve:app", "script", "pkg/serve.py"),
    ("gunicorn -w 4 -k uvicorn.workers.UvicornWorker pkg.serve:app", "script", "pkg/serve.py"),
    ("streamlit run app.py --server.port 8501", "script", "app.py"),
    ("FLASK_APP=app.py flask run", "script", "app.py"),
    ("flask --app pkg.serve run", "script", "pkg/serve.py"),
    ("fastapi dev app.py", "script", "app.py"),
    ("celery -A pkg.serve worker -l info", "script", "pkg/serve.py"),
    ("uvicorn nowhere.main:app", "tool", "uvicorn"),
    ("bash run.sh", "shell", "run.sh"),
    ("bash -ex run.sh a", "shell", "run.sh"),
    ("source run.sh", "shell", "run.sh"),
    ("sh ./steps/run.sh x", "shell", "steps/run.sh"),
    ("./run.sh", "shell", "run.sh"),
    ("sbatch --time 1:00 job.sbatch --lr 1", "shell", "job.sbatch"),
    ("source .venv/bin/activate", "tool", "source"),
    ("curl -L https://x/install.sh | bash -s -- --yes", "tool", "bash"),
    ("./gone.sh", "missing", "./gone.sh"),
    ("Rscript plot.R a.csv", "foreign", "plot.R"),
    ("papermill notes.ipynb out.ipynb -p a 1", "notebook", "notes.ipynb"),
    ("papermill -p a steps/one.ipynb notes.ipynb out.ipynb", "notebook", "notes.ipynb"),
    ("jupyter nbconvert --to notebook --execute notes.ipynb", "notebook", "notes.ipynb"),
    ("jupyter nbconvert --to html notes.ipynb", "tool", "jupyter"),
    ("jupyter execute notes.ipynb", "notebook", "notes.ipynb"),
    ("jupyter lab", "tool", "jupyter"),
    ("jupytext --execute --to notebook train.py", "script", "train.py"),
    ("make", "pipeline", "make"),
    ("make train", "pipeline", "make:train"),
    ("make -j 4 train LR=1", "pipeline", "make:train"),
    ("make -C ml all", "pipeline", "make:all"),
    ("make -n train", "tool", "make"),
    ("dvc repro", "pipeline", "dvc"),
    ("dvc repro -f train", "pipeline", "dvc:train"),
    ("dvc repro ml/dvc.yaml:train", "pipeline", "dvc:train"),
    ("dvc exp run -n name -S lr=1 train", "pipeline", "dvc:train"),
    ("dvc exp show", "tool", "dvc"),
    ("dvc stage add -n prep -d a -o b python train.py", "declares", "dvc:prep"),
    ("dvc run -n prep -d a -o b python train.py", "declares", "dvc:prep"),
    ("mlflow run . -e fit -P lr=1", "pipeline", "mlproject:fit"),
    ("mlflow run https://host/x.git", "tool", "mlflow"),
    ("mlflow ui", "tool", "mlflow"),
    ("snakemake --cores 4 -s flow/Snakefile all", "pipeline", "snakemake:all"),
    ("snakemake -n", "tool", "snakemake"),
    ("kedro run --pipeline de", "pipeline", "kedro:de"),
    ("kedro viz", "tool", "kedro"),
    ("dbt run -s staging --project-dir ml", "pipeline", "dbt:staging"),
    ("dbt deps", "tool", "dbt"),
    ("nextflow run main.nf -profile x", "pipeline", "nextflow:main.nf"),
    ("prefect deploy -n nightly", "pipeline", "prefect:nightly"),
    ("databricks bundle run job -t dev", "pipeline", "databricks:job"),
    ("databricks bundle deploy", "tool", "databricks"),
    ("airflow dags trigger etl", "pipeline", "airflow:etl"),
    ("docker compose up -d web", "pipeline", "compose:web"),
    ("docker-compose -f ml/compose.yml up", "pipeline", "compose"),
    ("docker build -f docker/Dockerfile -t churn .", "build", "docker/Dockerfile"),
    ("docker ps", "tool", "docker"),
    ("dvc pull", "data", "dvc"),
    ("aws s3 cp a b", "data", "aws"),
    ("aws ec2 run-instances", "tool", "aws"),
    ("gcloud storage ls gs://b", "tool", "gcloud"),
    ("wget http://x/y", "data", "wget"),
    ("dvc remote add x y", "tool", "dvc"),
    ("pytest -q", "test", "pytest"),
    ("pip install -r requirements.txt", "install", "pip"),
    ("apt-get install -y curl", "install", "apt-get"),
    ("cat train.py", "tool", "cat"),
    ("command -v python", "tool", "command"),
]


@pytest.mark.parametrize(("line", "kind", "target"), PYTHON + TOOLS)
def test_a_command_line_runs(resolved: Resolved, line: str, kind: str, target: str) -> None:
    found = run(resolved, line)
    assert (found.kind, found.target) == (kind, target)


@pytest.mark.parametrize("line", PREFIXES)
def test_what_stands_before_a_program_is_stripped(resolved: Resolved, line: str) -> None:
    found = run(resolved, line)
    assert (found.kind, found.target) == ("script", "train.py")


@pytest.mark.parametrize(("line", "launcher"), LAUNCHERS)
def test_launchers_are_kept(resolved: Resolved, line: str, launcher: str) -> None:
    found = run(resolved, line)
    assert (found.kind, found.target, found.launcher) == ("script", "train.py", launcher)


@pytest.mark.parametrize(
    ("line", "args"),
    [
        ("python train.py --lr 0.1 data", ["--lr", "0.1", "data"]),
        ("torchrun --nproc_per_node 4 train.py --lr 0.1", ["--lr", "0.1"]),
        ("python -m pkg.cli fit x", ["fit", "x"]),
        ("train-it --lr 1", ["--lr", "1"]),
        ("spark-submit --conf a=b train.py in out", ["in", "out"]),
        ("papermill notes.ipynb out.ipynb -p a 1", ["out.ipynb", "-p", "a", "1"]),
        ("python train.py $X --y=${Z}", ["{X}", "--y={Z}"]),
        ("uv run train.py a && echo", ["a"]),
        ("cat list | xargs python train.py --f", ["--f", "{item}"]),
        ("cat list | xargs -I % python train.py --f % --g", ["--f", "{item}", "--g"]),
        ("poe fit --seed 3", ["--lr", "1", "--seed", "3"]),
        ("cd steps && python clean.py --out $PWD/../x", ["--out", "../x"]),
        ("python train.py > log", []),
        ("bash run.sh a b", ["a", "b"]),
    ],
)
def test_arguments_are_the_words_behind_the_program(resolved: Resolved, line: str, args: list[str]) -> None:
    made = [resolved.commands.resolve(command, "") for command in read_shell(line)]
    found = next(each for each in made if each.kind in ("script", "notebook", "shell"))
    assert [word.text for word in found.args] == args
    assert all(word.exact == ("{" not in word.text) for word in found.args)


def test_a_command_may_run_several_things(resolved: Resolved) -> None:
    def targets(line: str) -> list[str]:
        return [each.target for each in resolved.commands.runs(read_shell(line)[-1], Ground())]

    assert targets("jupyter nbconvert --execute steps/*.ipynb") == ["steps/one.ipynb", "steps/two.ipynb"]
    assert targets("for n in steps/*.ipynb; do papermill $n out/$n; done") == ["steps/one.ipynb", "steps/two.ipynb"]
    assert targets("papermill steps/$NAME.ipynb out.ipynb") == ["steps/{NAME}.ipynb"]
    assert targets("poe all") == ["train.py", "pytest"]
    parallel = resolved.commands.runs(read_shell("parallel -j 2 python train.py --seed {} ::: 1 2")[-1], Ground())
    assert [[word.text for word in each.args] for each in parallel] == [["--seed", "1"], ["--seed", "2"]]


def test_environments_and_folders_are_kept(resolved: Resolved) -> None:
    found = run(resolved, "export A=1\ncd steps && B=2 env C=3 python clean.py")
    assert found.environment == (("A", "1"), ("B", "2"), ("C", "3"))
    assert found.folder == "steps"
    assert run(resolved, "poetry -C steps run python clean.py").target == "steps/clean.py"
    assert run(resolved, "PYTHONPATH=src/core python -m fit").target == "src/core/fit.py"
    assert run(resolved, "make -C ml all").folder == "ml"
    assert run(resolved, "cd $X; python gone.py").folder == "{cwd}"
    assert run(resolved, "papermill --cwd steps notes.ipynb o.ipynb").folder == "steps"
    assert run(resolved, "jupyter execute steps/one.ipynb").folder == "steps"
    assert run(resolved, "train-it").entry == "main"
    assert run(resolved, "az ml job create -f train.py").file == "train.py"


@pytest.mark.parametrize(
    ("line", "base", "here", "target"),
    [
        ("python clean.py", "steps", "", "steps/clean.py"),
        ("cd .. && python train.py", "steps", "", "train.py"),
        ('python "$(dirname "$0")/clean.py"', "", "steps", "steps/clean.py"),
        ('cd "$(dirname "$0")" && python clean.py', "", "steps", "steps/clean.py"),
        ('cd "$(dirname "$0")/.." && python train.py', "", "steps", "train.py"),
        ('D=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); python $D/../train.py', "", "steps", "train.py"),
        ("D=${0%/*}; python $D/clean.py", "", "steps", "steps/clean.py"),
    ],
)
def test_the_folder_is_followed(resolved: Resolved, line: str, base: str, here: str, target: str) -> None:
    assert run(resolved, line, base, here).target == target


def test_other_folders_are_tried_in_order(resolved: Resolved) -> None:
    (command,) = read_shell("python clean.py")
    assert resolved.commands.runs(command, Ground("", "", ("pkg", "steps")))[0].target == "steps/clean.py"
    assert resolved.commands.runs(command, Ground("pkg"))[0].kind == "missing"


def test_a_clone_of_the_repository_is_its_root() -> None:
    commands = program(TREE, names=frozenset({"churn"})).commands
    assert commands.resolve(read_shell("cd churn && python train.py")[-1], "").target == "train.py"
    assert commands.resolve(read_shell("cd apex && python setup.py install")[-1], "").kind == "missing"


@pytest.mark.parametrize(
    ("line", "kind", "target"),
    [
        ("docker run --rm -it churn", "image", "docker/Dockerfile"),
        ("docker run -e A=1 registry/churn:v1 python steps/clean.py", "tool", "steps/clean.py"),
        ("docker run -e A=1 churn:v1 python steps/clean.py", "script", "steps/clean.py"),
        ("docker run churn python /app/steps/clean.py", "script", "steps/clean.py"),
        ("docker run --entrypoint python churn steps/clean.py", "script", "steps/clean.py"),
        ("docker run -v $(pwd)/steps:/s -w /s other python clean.py", "script", "steps/clean.py"),
        ("docker run -v $(pwd):/s other python /s/train.py", "script", "train.py"),
        ("docker run other python nowhere.py", "tool", "nowhere.py"),
    ],
)
def test_a_container_runs_what_lies_in_it(line: str, kind: str, target: str) -> None:
    commands = program({**TREE, "build.sh": "docker build -f docker/Dockerfile -t churn:latest .\n"}).commands
    found = commands.resolve(read_shell(line)[-1], "")
    assert (found.kind, found.target) == (kind, target)


def test_a_command_of_nothing_is_a_tool_without_name(resolved: Resolved) -> None:
    commands = resolved.commands
    assert commands.resolve(Command((), 3), "").kind == "tool"
    assert commands.resolve(Command((Word("time"),), 3), "").target == ""
    assert commands.resolve(Command((Word("python"),), 3), "") == Run("tool", "python", (), 3)


@pytest.mark.parametrize("folder", ["..", "../..", "/abs", "a/../.."])
def test_nothing_is_found_outside_the_tree(resolved: Resolved, folder: str) -> None:
    assert resolved.commands.resolve(read_shell("python ../train.py")[-1], folder).kind != "script"


LINES = st.lists(
    st.sampled_from(
        ["sudo", "env", "A=b", "docker", "run", "-v", "a:/b", "poetry", "python", "-m", "-c", "train.py", "*.py", "$X", "--", "-", "xargs",
         "parallel", ":::", "make", "dvc", "repro", "papermill", "torchrun", "bash", "'a b'", "|", "{}", "uv", "-n", "jupyter", "nbconvert",
         "--execute", "srun", "sbatch", "cd", "/", "..", "${{ x }}", "flask", "poe", "all", "<<E", "\n", "&&"]
    ),
    max_size=9,
).map(" ".join)  # fmt: skip


@settings(max_examples=300)
@given(LINES | st.text(max_size=40))
def test_any_text_resolves_to_something(line: str) -> None:
    commands = _RESOLVED.commands
    for command in read_shell(line, braces=True):
        assert all(isinstance(made, Run) for made in commands.runs(command, Ground("steps", "pkg", ("",))))


_RESOLVED = program(TREE)
