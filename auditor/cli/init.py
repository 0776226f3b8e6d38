"""`auditor init`: settings to begin with, and the places where the gate runs."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.output import write_file
from auditor.model.errors import UsageError

SETTINGS = """\
# Settings of auditor. Every line that begins with # is a default or an example: nothing needs to be set.

# What is not the work of this repository's authors, or is planted on purpose.
# exclude = ["examples/broken/**"]

# The least share of the scoring weight that must be determined for a gate to be believed.
# min_coverage = 0.80

# What a component is, where the audit guesses wrong: L library, R research code, P training pipeline, S service,
# A application of language models, T tutorial, N collection of notebooks.
# [components]
# "services/churn" = "S"

# Models that need not be trained again, with the reason.
# [static-model]
# "models/units.pkl" = "a lookup table of physical units"

# Practices that live outside of this repository: told in the report as claimed, not verified.
# [external.MON001]
# where = "the platform team's dashboards"
# owner = "ml-platform"

# When `auditor gate` fails. These are the defaults; `false` switches one off.
# [gate]
# "new.critical" = { max = 0 }
# "new.high" = { max = 0 }
# "open.blockers" = { max = 0 }
# "new.unreadable" = { max = 0 }
# "score.rise" = { max = 2.0 }
# "waivers.expired" = { max = 0 }
# "checklist.blocking" = { max = 0, level = "warn" }
"""

GITHUB = """\
name: ML debt
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  audit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0          # the whole history: co-change and the base of the change are read from it
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install ml-debt-auditor
      - name: Judge the change
        if: github.event_name == 'pull_request'
        run: auditor gate --base "origin/${{ github.base_ref }}"
      - name: Report
        if: always()
        run: |
          auditor audit -q -o html=debt-report.html -o comment="$GITHUB_STEP_SUMMARY" -o github
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: debt-report
          path: debt-report.html
"""

GITLAB = """\
ml-debt:
  image: python:3.12
  variables:
    GIT_DEPTH: "0"               # the whole history: co-change and the base of the change are read from it
  script:
    - pip install ml-debt-auditor
    - auditor audit -q -o gitlab=gl-code-quality.json -o html=debt-report.html
    - if [ -n "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" ]; then auditor gate --base "origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"; fi
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality.json
    paths: [debt-report.html]
"""

PRE_COMMIT = """\
repos:
  - repo: local
    hooks:
      - id: auditor
        name: ML debt
        entry: auditor gate --quiet --base HEAD
        language: python
        additional_dependencies: [ml-debt-auditor]
        pass_filenames: false
"""

PLACES = {
    "settings": (Path("auditor.toml"), SETTINGS),
    "github": (Path(".github/workflows/ml-debt.yml"), GITHUB),
    "gitlab": (Path(".gitlab/ml-debt.yml"), GITLAB),
    "pre-commit": (Path(".pre-commit-config.yaml"), PRE_COMMIT),
}


@click.command(name="init")
@click.argument("target", default=".", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--ci", type=click.Choice(["github", "gitlab"]), help="Also write a workflow that judges each change.")
@click.option("--pre-commit", is_flag=True, help="Also write a hook that judges what is about to be committed.")
@click.option("--print", "shown", is_flag=True, help="Print the files instead of writing them.")
def command(target: Path, ci: str | None, pre_commit: bool, shown: bool) -> None:
    """Writes auditor.toml into TARGET (default: the current folder), with every setting explained. Overwrites nothing."""
    wanted = ["settings", *([ci] if ci else []), *(["pre-commit"] if pre_commit else [])]
    places = [(target / PLACES[name][0], PLACES[name][1]) for name in wanted]
    if shown:
        for path, text in places:
            click.echo(f"# {path}\n{text}")
        return
    taken = [str(path) for path, _ in places if path.exists() or path.is_symlink()]
    if taken:
        raise UsageError(f"{taken[0]} is there already; `auditor init --print` shows what would be written")
    for path, text in places:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text)
        click.echo(f"wrote {path}", err=True)
