from __future__ import annotations

import pytest

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_dvc_stages() -> None:
    facts = read(
        "dvc.yaml",
        """vars: [{names: [a, b]}]
stages:
  train:
    wdir: src
    cmd: python train.py --lr ${train.lr}
    deps: [train.py, ../data/clean.csv]
    params: [train.lr, other.yaml: [x, y]]
    outs: [model.pkl: {cache: false, persist: true}]
    metrics: [m.json]
    frozen: true
  each:
    foreach: ${names}
    do: {cmd: "echo ${item}", outs: ["out/${item}.csv"]}
  grid:
    matrix: {m: [x, y], n: [1, 2, 3]}
    cmd: [one, two]
artifacts:
  best: {type: model, path: models/m.pkl}
""",
    )
    train, each, grid = facts.steps
    assert (train.name, train.line, train.end_line, train.folder) == ("train", 3, 10, "src")
    assert words(train.commands) == ["python train.py --lr {train.lr}"]
    assert [(ref.path, ref.kind, ref.line) for ref in train.reads] == [
        ("train.py", "script", 6),
        ("../data/clean.csv", "dataset", 6),
    ]
    assert [(ref.path, ref.attrs) for ref in train.params] == [
        ("params.yaml", (("keys", "train.lr"),)),
        ("other.yaml", (("keys", "x,y"),)),
    ]
    assert [(ref.path, ref.kind, ref.attrs) for ref in train.writes] == [
        ("model.pkl", "model", (("cache", "false"), ("persist", "true"))),
        ("m.json", "metric", ()),
    ]
    assert dict(train.attrs)["frozen"] == "true"
    assert (each.loop, each.variants, each.writes[0].templated) == ("${names}", 0, True)
    assert (grid.variants, words(grid.commands)) == (6, ["one", "two"])
    assert [(leaf.key, leaf.value) for leaf in facts.leaves if "grid" not in leaf.key] == [
        ("vars.0.names.0", "a"),
        ("vars.0.names.1", "b"),
        ("stages.each.foreach", "${names}"),
    ]
    assert [(text.text, text.line) for text in train.texts] == [("python train.py --lr ${train.lr}", 5)]
    assert [(ref.path, ref.kind) for ref in facts.references] == [("models/m.pkl", "model")]


def test_dvc_lock_files_and_remotes() -> None:
    lock = read(
        "dvc.lock",
        "schema: '2.0'\nstages:\n  a:\n    cmd: python a.py\n    deps:\n    - path: a.py\n      md5: ff\n      size: 3\n"
        "    params: {params.yaml: {lr: 0.1}}\n",
    )
    assert [(pin.path, pin.hash, pin.size, pin.step, pin.role) for pin in lock.pins] == [
        ("a.py", "md5:ff", 3, "a", "deps")
    ]
    assert lock.steps[0].attrs == (("cmd", "python a.py"), ("param:params.yaml#lr", "0.1"))
    imported = read(
        "data/x.csv.dvc",
        "deps:\n- path: x.csv\n  repo: {url: 'https://me:pw@h/r', rev_lock: abc}\nouts:\n- {path: x.csv, md5: ee.dir, nfiles: 4}\n",
    )
    assert [(pin.kind, pin.origin, pin.hash, pin.files) for pin in imported.pins] == [
        ("import", "https://***@h/r@abc:x.csv", "md5:ee.dir", 4)
    ]
    config = read(
        ".dvc/config",
        "[core]\n    remote = s # why\n['remote \"s\"']\n    url = s3://b\n    password = x\n['remote \"l\"']\n    url = /tmp/x\n",
    )
    assert [(storage.name, storage.url, storage.default) for storage in config.storages] == [
        ("s", "s3://b", True),
        ("l", "/tmp/x", False),
    ]
    assert "x" not in [leaf.value for leaf in config.leaves]


def test_workflow() -> None:
    facts = read(
        ".github/workflows/ci.yml",
        """on:
  push: {branches: [main]}
  schedule:
    - cron: '0 3 * * *'
  workflow_dispatch:
defaults: {run: {working-directory: app}}
jobs:
  test:
    runs-on: ubuntu-latest
    strategy: {matrix: {py: ['3.9', '3.10'], os: [a]}}
    steps:
      - uses: actions/setup-python@v5
        with: {python-version: '${{ matrix.py }}'}
      - run: |
          pip install -r r.txt
          pytest
        working-directory: app/sub
      - run: print(1)
        shell: python
  deploy:
    if: github.ref == 'x'
    needs: test
    env: {API_KEY: abc}
    steps: [{run: make deploy}]
""",
    )
    test, deploy = facts.steps
    assert [(trigger.kind, trigger.schedule, trigger.line) for trigger in facts.triggers] == [
        ("push", "", 2),
        ("schedule", "0 3 * * *", 4),
        ("manual", "", 5),
    ]
    assert (test.variants, test.folder, test.uses) == (2, "app", ("actions/setup-python@v5",))
    assert [(words((command,))[0], command.line, command.cwd) for command in test.commands] == [
        ("pip install -r r.txt", 15, "sub"),
        ("pytest", 16, "sub"),
        ("python -", 18, ""),
    ]
    assert test.commands[2].body == "print(1)"
    assert (deploy.after, deploy.condition, dict(deploy.attrs)["env:API_KEY"]) == (
        ("test",),
        "github.ref == 'x'",
        "***",
    )
    assert [value for name, value in facts.attrs if name == "python"] == ["3.9", "3.10"]


def test_dockerfile() -> None:
    facts = read(
        "Dockerfile",
        """ARG V=3.11
FROM python:${V}-slim AS base
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt && \\
    # a note
    rm -rf /tmp/x
FROM base
COPY --from=base /x /y
ENV TOKEN=x PORT=80
RUN <<EOF
python prepare.py
EOF
EXPOSE $PORT
ENTRYPOINT ["python"]
CMD ["serve.py", "--port", "80"]
""",
    )
    build, start = facts.steps
    assert facts.attr("base-image") == "python:3.11-slim"
    assert [name for name, value in facts.attrs if name == "base-image"] == ["base-image"]
    assert (facts.attr("python"), facts.attr("expose")) == ("3.11", "80")
    assert [(ref.path, ref.line) for ref in build.reads] == [("requirements.txt", 4)]
    assert [(words((c,))[0], c.line, c.cwd) for c in build.commands] == [
        ("pip install -r requirements.txt", 5, "/app"),
        ("rm -rf /tmp/x", 7, "/app"),
        ("python prepare.py", 12, "/app"),
    ]
    assert (words(start.commands), start.line, start.end_line) == (["python serve.py --port 80"], 15, 16)


def test_makefile_targets() -> None:
    facts = read(
        "Makefile",
        ".PHONY: all\nall: data/x.csv\ndata/x.csv: src/x.py\n\tcd src && python x.py > ../$@\n\t-rm y\nclean:\n\trm -r out\n",
    )
    everything, made, clean = facts.steps
    assert (everything.after, everything.writes, clean.writes) == (("data/x.csv",), (), ())
    assert [(ref.path, ref.kind) for ref in made.reads + made.writes] == [
        ("src/x.py", "script"),
        ("data/x.csv", "dataset"),
    ]
    assert [(words((c,))[0], c.cwd, c.guard) for c in made.commands] == [
        ("python x.py", "src", False),
        ("rm y", "", True),
    ]


def test_environments() -> None:
    plain = read(
        "requirements.txt",
        "-r base.txt\n--extra-index-url https://u:p@h/s\nnumpy==1.2 --hash=sha256:aa\nscipy>=1 # x\n-e .\n",
    )
    assert [(r.name, r.pinned, r.hashed, r.line) for r in plain.requirements] == [
        ("numpy", True, True, 3),
        ("scipy", False, False, 4),
        (".", False, False, 5),
    ]
    assert (plain.references[0].path, plain.attr("extra-index")) == ("base.txt", "https://***@h/s")
    powershell = read_file(candidates("requirements.txt"), "pandas==2.0\r\n".encode("utf-16"))
    assert [(r.name, r.pinned) for r in powershell.requirements] == [("pandas", True)]
    project = read(
        "pyproject.toml",
        """[project]
name = "churn"
requires-python = ">=3.10"
dependencies = ["a>=1"]
classifiers = ["x", "y"]
[project.scripts]
run = "churn.cli:main"
[dependency-groups]
dev = ["b==2", {include-group = "c"}]
[tool.poetry.group.t.dependencies]
d = "^1"
e = {git = "https://h/e.git", rev = "abcdef1"}
""",
    )
    assert [(r.name, r.group, r.pinned, r.source) for r in project.requirements] == [
        ("a", "", False, "pypi"),
        ("b", "dev", True, "pypi"),
        ("d", "t", False, "pypi"),
        ("e", "t", True, "vcs"),
    ]
    assert (project.attr("package"), project.attr("python"), project.attr("classifiers")) == ("churn", ">=3.10", "2")
    assert [(point.name, point.target, point.line) for point in project.entry_points] == [("run", "churn.cli:main", 7)]
    conda = read(
        "env.yml",
        "name: x\nchannels: [c]\ndependencies:\n  - python=3.9\n  - pip:\n    - a==1\n    - -r r.txt\nprefix: /home/me\n",
    )
    assert conda.kind == "conda"
    assert [(r.name, r.source) for r in conda.requirements] == [("python", "conda"), ("a", "pypi")]
    assert (conda.attr("python"), conda.attr("prefix"), conda.references[0].path) == ("3.9", "/home/me", "r.txt")
    lock = read(
        "uv.lock",
        'version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "a_b"\nversion = "1.0"\nsource = { registry = "x" }\n\n'
        '[[package]]\nname = "me"\nversion = "0"\nsource = { editable = "." }\n',
    )
    assert [(r.name, r.specifier, r.line, r.source) for r in lock.requirements] == [
        ("a-b", "==1.0", 5, "pypi"),
        ("me", "==0", 10, "path"),
    ]
    assert [read(".python-version", text).attr("python") for text in ("3.11.2\n", "python-3.9\n", "pypy\n")] == [
        "3.11.2",
        "3.9",
        None,
    ]


def test_compose() -> None:
    facts = read(
        "docker-compose.yml",
        "services:\n  db:\n    image: postgres:15\n    environment: [POSTGRES_PASSWORD=x, A=1]\n  app:\n    build: ./app\n"
        "    command: python serve.py --port $${PORT}\n    depends_on: {db: {condition: x}}\n    volumes: ['./data:/data:ro', 'named:/x']\n",
    )
    database, app = facts.steps
    assert (database.uses, dict(database.attrs)["env:POSTGRES_PASSWORD"]) == (("postgres:15",), "***")
    assert (app.after, words(app.commands), dict(app.attrs)["build"]) == (
        ("db",),
        ["python serve.py --port {PORT}"],
        "./app",
    )
    assert [(ref.path, ref.attrs) for ref in app.reads] == [("./data", (("to", "/data"), ("mode", "ro")))]


def test_files_of_variables_of_compose() -> None:
    text = "services:\n  a: {image: x, env_file: .env}\n  b: {image: x, env_file: [./a.env, {path: b.env, required: false}]}\n"
    first, second = read("compose.yml", text).steps
    assert [(ref.path, ref.kind, ref.how) for ref in first.reads] == [(".env", "config", "env_file")]
    assert [ref.path for ref in second.reads] == ["./a.env", "b.env"]


def test_gitlab() -> None:
    facts = read(
        ".gitlab-ci.yml",
        "stages: [a, b]\n.base: {script: [cd x, python a.py]}\none: {stage: a, extends: .base}\n"
        "two:\n  stage: b\n  script: !reference [.base, script]\n  rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]\n",
    )
    base, one, two = facts.steps
    assert dict(base.attrs)["template"] == "true"
    assert [(words((c,))[0], c.cwd) for c in one.commands + two.commands] == [("python a.py", "x")] * 2
    assert two.after == ("one",)
    assert [(trigger.kind, trigger.steps) for trigger in facts.triggers] == [("push", ("one",)), ("schedule", ("two",))]


def test_documents() -> None:
    facts = read(
        "README.md",
        "---\nlicense: mit\n---\n# Title\ntext\n## Use\n```bash\n$ python train.py\nout put\n```\n```python\nimport x\n```\n"
        "```\ntree/\n├── a.py\n```\n",
    )
    assert [(section.title, section.level, section.line) for section in facts.sections] == [
        ("", 0, 1),
        ("Title", 1, 4),
        ("Use", 2, 6),
    ]
    assert [(words((c,))[0], c.line) for c in facts.steps[0].commands] == [("python train.py", 8)]
    assert [(leaf.key, leaf.value, leaf.line) for leaf in facts.leaves] == [("license", "mit", 2)]
    rst = read("a.rst", "Title\n=====\n\nSub\n---\n.. code-block:: bash\n\n   pip install x\n\nend\n")
    assert [(section.title, section.level) for section in rst.sections] == [("Title", 1), ("Sub", 2)]
    assert words(rst.steps[0].commands) == ["pip install x"]


def test_shell_scripts_tables_patterns_and_pointers() -> None:
    script = read("run.sh", "#!/bin/bash\nset -e\npython a.py\n")
    assert (words(script.steps[0].commands), dict(script.steps[0].attrs)) == (
        ["set -e", "python a.py"],
        {"strict": "true"},
    )
    for joined in ("a && b", "a || exit 1", "a\nif [ $? -ne 0 ]; then exit 1; fi", "trap stop ERR\na"):
        assert dict(read("run.sh", joined + "\n").steps[0].attrs)["checked"] == "true"
    assert not read("run.sh", "a || true\nb\n").steps[0].attrs
    assert read("bin/go", "#!/bin/sh\nx\n").kind == "shell"
    assert read("a.csv", '"x, y",z\n1,2\n').columns == ("x, y", "z")
    assert read("a.csv", "1.5,2\n3,4\n").columns == ()
    attributes = read(".gitattributes", "*.csv filter=lfs -text\n# no\n")
    assert [(pattern.pattern, pattern.attrs) for pattern in attributes.patterns] == [("*.csv", ("filter=lfs", "-text"))]
    pointer = read("a.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12\n")
    assert (pointer.kind, pointer.pins[0].hash, pointer.pins[0].size) == ("pointer", "sha256:" + "a" * 64, 12)


@pytest.mark.parametrize(
    ("key", "kind", "id_", "size"),
    [
        (
            "MD5E-s12--0cc175b9c0f1b6a831c399e269772661.nii.gz",
            "content-hash",
            "md5e:0cc175b9c0f1b6a831c399e269772661",
            12,
        ),
        ("SHA256-s3--" + "a" * 64, "content-hash", "sha256:" + "a" * 64, 3),
        ("BLAKE2B256E-s1-S5-C2--ab.csv", "content-hash", "blake2b256e:ab", 1),
        ("WORM-s7-m1600000000--a-b.csv", "immutable-id", "worm:a-b.csv", 7),
        ("URL--https&c%%example.org%a.csv", "immutable-id", "url:https&c%%example.org%a.csv", -1),
    ],
)
def test_what_git_annex_keeps_is_known_by_its_key(key: str, kind: str, id_: str, size: int) -> None:
    for text in (f"/annex/objects/{key}\n", f"../../.git/annex/objects/Xv/gP/{key}/{key}", f".git/annex/objects/{key}"):
        pointer = read("a.csv", text)
        (pin,) = pointer.pins
        assert (pin.kind, pin.hash, pin.size, pointer.attr("tool")) == (kind, id_, size, "git-annex"), text
    for text in (
        "/annex/objects/\n",
        f"see /annex/objects/{key}",
        f"/annex/objects/{key}\n1,2\n",
        "../annex/objects/x",
    ):
        assert read("a.csv", text).kind != "pointer"


def test_configuration_is_leaves_and_data_is_not() -> None:
    assert [(leaf.key, leaf.value) for leaf in read("a.yaml", "on: yes\nx: 1e-3\n").leaves] == [
        ("on", "yes"),
        ("x", 0.001),
    ]
    assert read("a.json", '[{"x": 1}, {"x": 2}]').kind == "data"
    assert read("a.json", '{"x": [' + "1," * 200_000 + "1]}").leaves == ()
    assert [(leaf.key, leaf.value) for leaf in read(".env", "SECRET_KEY=abc\nX=1\n").leaves] == [
        ("SECRET_KEY", "***"),
        ("X", "1"),
    ]
