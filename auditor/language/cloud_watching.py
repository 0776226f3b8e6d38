"""Resources of clouds that watch data and models, or alert, by their type in Terraform and CloudFormation."""

from __future__ import annotations

import re

from auditor.language.monitoring import watched
from auditor.model.regex import regex

_MONITORS = (
    (regex(r"model_?quality_?job_?definition$", re.I), "performance"),
    (regex(r"(?:data_?quality|model_?bias|model_?explainability)_?job_?definition$", re.I), "data"),
    (regex(r"monitoring_?schedule$|(?:quality|lakehouse)_monitor$|model_?deployment_?monitoring_?job$", re.I), "data"),
)  # fmt: skip
_ALERTS = regex(
    r"cloudwatch_(?:metric|composite)_alarm$|AWS::CloudWatch::(?:Alarm|CompositeAlarm)$|monitoring_alert_policy$|"
    r"azurerm_monitor_(?:metric|activity_log|scheduled_query_rules)_alert(?:_v2)?$|datadog_monitor$|grafana_rule_group$|newrelic_\w*alert\w*$"
)
_DASHBOARDS = regex(r"cloudwatch_dashboard$|AWS::CloudWatch::Dashboard$|monitoring_dashboard$|application_insights$")


def watching(resource: str, said: str) -> tuple[str, str] | None:
    """`monitor` or `alert`, and what a resource of that type looks at as far as its words tell; None for all others."""
    for pattern, kind in _MONITORS:
        if pattern.search(resource):
            return "monitor", kind
    if _ALERTS.search(resource):
        return "alert", watched(said)
    return ("monitor", watched(said)) if _DASHBOARDS.search(resource) else None
