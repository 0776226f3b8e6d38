from __future__ import annotations

from auditor.readers import candidates, read_file

PIPELINE = """\
{
  "Version": "2020-12-01",
  "Parameters": [{"Name": "Raw", "Type": "String"}],
  "Steps": [
    {
      "Name": "Prep", "Type": "Processing",
      "Arguments": {
        "Count": ${count},
        "AppSpecification": {"ImageUri": "${image}", "ContainerEntrypoint": ["python3", "/opt/code/prep.py"], "ContainerArguments": ["--n", "1"]},
        "ProcessingInputs": [
          {"InputName": "raw", "S3Input": {"S3Uri": {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Parameters.Raw"}]}}}},
          {"InputName": "code", "S3Input": {"S3Uri": "s3://b/prep.py"}}
        ],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}]}
      }
    },
    {
      "Name": "Fit", "Type": "Training", "DependsOn": ["Other"],
      "Arguments": {
        "HyperParameters": {"lr": "0.1", "sagemaker_program": "\\"fit.py\\""},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": {"Get": "Steps.Prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"}}}}]
      }
    },
    {"Name": "Drift", "Type": "QualityCheck", "Arguments": {"ProcessingInputs": [{"InputName": "x", "S3Input": {"S3Uri": "s3://b/new"}}]}},
    {
      "Name": "Good", "Type": "Condition",
      "Arguments": {
        "Conditions": [{"LeftValue": {"Get": "Steps.Prep.PropertyFiles.Report"}}],
        "IfSteps": [{"Name": "Register", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": "churn", "X": {"Get": "Steps.Fit.ModelArtifacts.S3ModelArtifacts"}}}],
        "ElseSteps": [{"Name": "Stop", "Type": "Fail", "Arguments": {}}]
      }
    }
  ]
}
"""


def test_steps_of_all_branches_with_what_they_hand_on() -> None:
    facts = read_file(candidates("infra/pipeline.json.tpl"), PIPELINE.encode())
    found = {step.name: step for step in facts.steps}
    assert (facts.kind, facts.troubles, list(found)) == (
        "sagemaker",
        (),
        ["Prep", "Fit", "Drift", "Good", "Register", "Stop"],
    )
    assert [(ref.path, ref.kind) for ref in found["Prep"].writes] == [
        ("s3://b/train", "dataset"),
        ("mem:Prep.train", "dataset"),
        ("mem:Prep.Report", "dataset"),
    ]
    assert [ref.path for ref in found["Prep"].reads] == ["s3://b/{Raw}"]
    assert [ref.attrs for ref in found["Prep"].params] == [(("keys", "Parameters.Raw"),)]
    assert [word.text for word in found["Prep"].commands[0].words] == ["python3", "/opt/code/prep.py", "--n", "1"]
    assert ([ref.path for ref in found["Fit"].reads], found["Fit"].after) == (["mem:Prep.train"], ("Other", "Prep"))
    assert [word.text for word in found["Fit"].commands[0].words] == ["python", "fit.py"]
    assert ([ref.path for ref in found["Register"].reads], found["Register"].after) == (
        ["mem:Fit.model"],
        ("Fit", "Good"),
    )
    assert [ref.path for ref in found["Register"].writes] == ["model:sagemaker:churn"]
    assert (found["Register"].condition, found["Stop"].condition) == ("Good", "not Good")
    assert (found["Good"].after, found["Fit"].line) == (("Prep",), 18)


def test_quality_checks_are_monitors() -> None:
    (watch,) = read_file(candidates("p.json"), PIPELINE.replace("${count}", "1").encode()).watches
    assert (watch.name, watch.kind, [ref.path for ref in watch.watches]) == ("Drift", "monitor", ["s3://b/new"])


def test_an_input_that_a_parameter_gives_is_its_default() -> None:
    text = PIPELINE.replace("${count}", "1").replace(
        '"Type": "String"}', '"Type": "String", "DefaultValue": "raw.csv"}'
    )
    assert [ref.path for ref in read_file(candidates("p.json"), text.encode()).steps[0].reads] == ["s3://b/raw.csv"]


def test_other_json_with_steps_is_configuration() -> None:
    assert read_file(candidates("x.json"), b'{"Version": "2012-10-17", "Statement": []}').kind == "config"
