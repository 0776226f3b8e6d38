from __future__ import annotations

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file
from tests.pages import graphs

MODULE = """variable "when" { default = "rate(1 day)" }
resource "aws_iam_role" "r" { name = "x" }
resource "aws_cloudwatch_event_rule" "daily" {
  schedule_expression = var.when
}
resource "aws_cloudwatch_event_target" "t" {
  rule     = aws_cloudwatch_event_rule.daily.name
  arn      = aws_lambda_function.fit.arn
  role_arn = aws_iam_role.r.arn
}
data "archive_file" "zip" {
  source_dir  = "${path.module}/../src/fit"
  output_path = "fit.zip"
}
resource "aws_lambda_function" "fit" {
  filename = data.archive_file.zip.output_path
  handler  = "app.main"
  runtime  = "python3.11"
  role     = aws_iam_role.r.arn
  environment { variables = { API_KEY = "abc" } }
}
resource "aws_lambda_function" "other" { image_uri = "1.dkr/x:1" }
resource "aws_cloudwatch_event_rule" "off" {
  schedule_expression = "cron(0 1 * * ? *)"
  is_enabled          = false
}
resource "aws_s3_bucket" "b" { bucket = "raw" }
resource "aws_s3_bucket_notification" "n" {
  bucket = aws_s3_bucket.b.id
  lambda_function { lambda_function_arn = aws_lambda_function.fit.arn }
}
resource "aws_backup_plan" "p" { rule { schedule = "cron(0 1 * * ? *)" } }
module "m" { source = "./m" }
"""


def read(text: str) -> Facts:
    return read_file(candidates("main.tf"), text.encode())


def test_schedules_lead_over_targets_to_what_runs() -> None:
    facts = read(MODULE)
    assert [(t.kind, t.schedule, t.line, t.steps) for t in facts.triggers] == [
        ("schedule", "rate(1 day)", 4, ("aws_cloudwatch_event_rule.daily", "aws_lambda_function.fit")),
        ("schedule", "cron(0 1 * * ? *)", 24, ("aws_cloudwatch_event_rule.off",)),
        ("dataset", "", 28, ("aws_s3_bucket_notification.n", "aws_lambda_function.fit")),
    ]
    assert dict(facts.triggers[1].attrs)["disabled"] == "true"


def test_a_function_runs_the_file_that_its_handler_names() -> None:
    facts = read(MODULE)
    fit, other = facts.steps
    assert [(c.line, [w.text for w in c.words]) for c in fit.commands] == [(12, ["python", "./../src/fit/app.py"])]
    assert (fit.line, fit.end_line, dict(fit.attrs)) == (15, 21, {"runtime": "python3.11", "handler": "app.main"})
    assert other.uses == ("docker://1.dkr/x:1",)
    assert [(s.name, s.url, s.line) for s in facts.storages] == [("aws_s3_bucket.b", "s3://raw", 27)]
    assert [(ref.path, ref.how) for ref in facts.references] == [("./m", "module")]
    assert "abc" not in [leaf.value for leaf in facts.leaves]


def test_a_module_is_all_files_of_its_folder() -> None:
    world = graphs(
        {
            "src/fit.py": "",
            "infra/job.tf": 'resource "google_cloud_scheduler_job" "j" {\n schedule = "0 3 * * *"\n'
            " pubsub_target { topic_name = google_pubsub_topic.t.id }\n}\n",
            "infra/f.tf": 'resource "google_cloudfunctions_function" "f" {\n source = "../src/fit.py"\n'
            ' event_trigger {\n event_type = "google.pubsub.topic.publish"\n resource = google_pubsub_topic.t.name\n }\n}\n',
            "infra/rule.tf": 'resource "aws_cloudwatch_event_rule" "r" { schedule_expression = "rate(7 days)" }\n',
            "infra/target.tf": 'resource "aws_cloudwatch_event_target" "t" {\n rule = aws_cloudwatch_event_rule.r.name\n'
            " arn = aws_lambda_function.l.arn\n}\n",
            "infra/l.tf": 'resource "aws_lambda_function" "l" { source_file = "../src/fit.py" }\n',
            "other/f.tf": 'resource "aws_lambda_function" "l" { source_file = "../src/fit.py" }\n',
        }
    ).world
    started = {
        trigger.schedule: sorted(step.step.name for step in world.steps.started(path, trigger) if step.runs)
        for path, trigger in world.steps.triggers()
        if trigger.kind == "schedule"
    }
    assert started == {"0 3 * * *": ["google_cloudfunctions_function.f"], "rate(7 days)": ["aws_lambda_function.l"]}
    assert [run.target for step in world.steps.by_file["infra/f.tf"] for run in step.runs] == ["src/fit.py"]
