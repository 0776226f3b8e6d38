"""CloudFormation, SAM, the Serverless Framework, CodeBuild."""

from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file
from tests.pages import graphs

SAM = """AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, CodeUri: src/}}
Parameters:
  When: {Type: String, Default: rate(7 days)}
Resources:
  Fit:
    Type: AWS::Serverless::Function
    Properties:
      Handler: ml.fit.main
      Events:
        Weekly: {Type: Schedule, Properties: {Schedule: !Ref When}}
        New: {Type: S3, Properties: {Bucket: !Ref Raw}}
        Web: {Type: Api}
  Inline:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.9
      Handler: index.go
      Code:
        ZipFile: |
          import boto3
          boto3.client('x')
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 1 * * ? *)
      State: DISABLED
      Targets: [{Id: a, Arn: !GetAtt Fit.Arn}, {Id: b, Arn: {Fn::GetAtt: [Inline, Arn]}}]
  OnPush:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.codecommit]}
      Targets: [{Arn: !Sub 'arn:${AWS::Region}:${Fit}'}]
  Timed:
    Type: AWS::Scheduler::Schedule
    Properties: {ScheduleExpression: rate(1 hour), Target: {Arn: !Sub '${Inline.Arn}'}}
  Raw: {Type: AWS::S3::Bucket, Properties: {BucketName: raw-data}}
  Own: {Type: AWS::S3::Bucket}
"""


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_schedules_and_events_name_what_they_start() -> None:
    facts = read("template.yaml", SAM)
    assert facts.kind == "cloudformation"
    assert [(t.kind, t.schedule, t.line, t.steps, dict(t.attrs).get("disabled")) for t in facts.triggers] == [
        ("schedule", "rate(7 days)", 12, ("Fit",), None),
        ("dataset", "", 13, ("Fit",), None),
        ("schedule", "cron(0 1 * * ? *)", 27, ("Rule", "Fit", "Inline"), "true"),
        ("push", "", 30, ("OnPush", "Fit"), None),
        ("schedule", "rate(1 hour)", 37, ("Timed", "Inline"), None),
    ]
    assert [(s.name, s.url, s.line) for s in facts.storages] == [("Raw", "s3://raw-data", 38), ("Own", "", 39)]


def test_functions_run_files_or_code_of_the_template() -> None:
    fit, inline = read("template.yaml", SAM).steps
    assert (words(fit.commands), fit.commands[0].line, fit.line) == (["python src/ml/fit.py"], 10, 7)
    assert (words(inline.commands), inline.commands[0].line) == (["python -"], 22)
    assert inline.commands[0].body.startswith("import boto3")
    world = graphs({"infra/template.yaml": SAM, "infra/src/ml/fit.py": ""}).world
    started = {
        t.schedule: [s.step.name for s in world.steps.started(p, t)] for p, t in world.steps.triggers() if t.schedule
    }
    assert started == {"rate(7 days)": ["Fit"], "cron(0 1 * * ? *)": [], "rate(1 hour)": ["Inline"]}
    assert [run.target for run in world.steps.all[0].runs] == ["infra/src/ml/fit.py"]


def test_json_templates() -> None:
    text = (
        '{"AWSTemplateFormatVersion": "2010", "Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {}},\n'
        '"R": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)",\n"Targets": [{"Arn": {"Ref": "F"}}]}}}}'
    )
    assert [(t.schedule, t.line, t.steps) for t in read("x.template", text).triggers] == [
        ("rate(1 day)", 2, ("R", "F"))
    ]
    assert read("x.json", '{"Resources": 1}').kind == "config"


def test_serverless() -> None:
    facts = read(
        "serverless.yml",
        "service: x\nprovider: {name: aws, runtime: python3.9}\nfunctions:\n  fit:\n    handler: src/fit.main\n"
        "    events:\n      - schedule: rate(1 day)\n      - schedule: {rate: [cron(0 1 * * ? *)], enabled: false}\n      - s3: raw\n",
    )
    assert [(s.name, words(s.commands)) for s in facts.steps] == [("fit", ["python src/fit.py"])]
    assert [(t.kind, t.schedule, t.line, t.attrs) for t in facts.triggers] == [
        ("schedule", "rate(1 day)", 7, ()),
        ("schedule", "cron(0 1 * * ? *)", 8, (("disabled", "true"),)),
        ("dataset", "", 9, ()),
    ]


def test_buildspec() -> None:
    facts = read(
        "buildspec.yml",
        "version: 0.2\nenv: {variables: {API_KEY: abc}}\nphases:\n  install:\n    runtime-versions: {python: 3.9}\n    commands: [cd ml]\n"
        "  build:\n    commands:\n      - python fit.py\n    finally: [echo x]\nartifacts: {files: [out/m.pkl, '**/*']}\n",
    )
    (step,) = facts.steps
    assert [(text, c.line, c.cwd) for text, c in zip(words(step.commands), step.commands, strict=True)] == [
        ("python fit.py", 9, "ml"),
        ("echo x", 10, "ml"),
    ]
    assert ([ref.path for ref in step.writes], facts.attr("python"), step.attrs) == (
        ["out/m.pkl"],
        "3.9",
        (("env:API_KEY", "***"),),
    )
