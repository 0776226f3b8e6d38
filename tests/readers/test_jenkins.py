from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file

DECLARATIVE = """@Library('shared@v1') _
def retry2(x) {
    sh 'echo again'
}
pipeline {
    agent { docker { image 'python:3.9' } }
    triggers { cron(env.BRANCH_NAME == 'main' ? 'H 2 * * *' : '') }
    environment {
        OUT = 'out'
        API_KEY = 'abc'
        TOKEN = credentials('t')
    }
    stages {
        stage('Prep') {
            when { branch 'main' }
            steps {
                sh '''
                    cd src
                    python prep.py --out $OUT
                '''
                stash name: 'data', includes: 'data/**'
                retry2(1)
            }
        }
        stage('Both') {
            parallel {
                stage('A') { steps { dir('ml') { sh "python a.py ${params.LR}" } } }
                stage('B') { agent { label 'gpu' }
                    steps { bat(script: 'python b.py', returnStatus: true) } }
            }
        }
        stage('Fit') {
            matrix { axes { axis { name 'X'; values 'a', 'b' } } }
            steps {
                unstash 'data'
                script {
                    def found = sh(returnStdout: true, script: "python " + file + " --now")
                    sh label: 'x', script: "make ${OUT}"
                }
                archiveArtifacts artifacts: 'out/m.pkl, out/*.html'
            }
            post { always { sh 'python report.py' } }
        }
    }
    post { failure { build job: 'notify' } }
}
"""

SCRIPTED = """properties([pipelineTriggers([pollSCM('H/5 * * * *'), upstream('x')])])
node('gpu') {
    def OUT = 'here'
    sh "python early.py ${OUT}"
    docker.image('tf:2').inside {
        stage('Train') { sh 'python train.py' }
    }
    parallel one: { sh 'python one.py' }, two: { stage('Two') { sh 'python two.py' } }
    stage('Train') { sh 'python late.py' }
}
"""


def read(text: str) -> Facts:
    return read_file(candidates("Jenkinsfile"), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_declarative_stages() -> None:
    facts = read(DECLARATIVE)
    assert [(step.name, step.line, step.after) for step in facts.steps] == [
        ("Prep", 14, ()),
        ("A", 27, ("Prep",)),
        ("B", 28, ("Prep",)),
        ("Fit", 32, ("A", "B")),
        ("pipeline", 1, ()),
    ]
    prep, a, b, fit, outside = facts.steps
    assert outside.uses == ("docker://python:3.9", "job:notify")
    assert [(text, c.line, c.cwd) for text, c in zip(words(prep.commands), prep.commands, strict=True)] == [
        ("python prep.py --out out", 19, "src"),
        ("echo again", 3, ""),
    ]
    assert (prep.condition, prep.uses, words(a.commands), a.commands[0].cwd) == (
        "branch main",
        ("docker://python:3.9",),
        ["python a.py {params.LR}"],
        "ml",
    )
    assert (words(b.commands), dict(b.attrs)) == (["python b.py"], {"agent": "gpu"})
    assert words(fit.commands) == ["python {file} --now", "make out", "python report.py"]
    assert (fit.variants, [(r.path, r.kind) for r in fit.writes], [(r.path, r.how) for r in fit.reads]) == (
        2,
        [("out/m.pkl", "model"), ("out/*.html", "report")],
        [("data", "unstash")],
    )
    assert [(t.kind, t.schedule, t.line) for t in facts.triggers] == [("schedule", "H 2 * * *", 7)]
    assert facts.attrs == (("tool", "jenkins"), ("python", "3.9"), ("library", "shared@v1"))


def test_scripted_stages() -> None:
    facts = read(SCRIPTED)
    assert [(step.name, words(step.commands), step.after) for step in facts.steps] == [
        ("Train", ["python train.py"], ()),
        ("one", ["python one.py"], ("Train",)),
        ("Two", ["python two.py"], ("Train",)),
        ("Train 2", ["python late.py"], ("one", "Two")),
        ("pipeline", ["python early.py here"], ()),
    ]
    assert facts.steps[0].uses == ("docker://tf:2",)
    assert [(t.kind, t.schedule) for t in facts.triggers] == [("push", "H/5 * * * *"), ("event", "")]


def test_functions_that_call_themselves_and_depth() -> None:
    assert words(read("def f() {\n  sh 'x'\n  f()\n}\nnode { stage('a') { f() } }\n").steps[0].commands)[0] == "x"
    assert read("node " + "{" * 100).troubles[0].code == "too-deep"
