"""The command line. The only room that prints; a command's module is imported when that command is called."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from auditor import __version__
from auditor.model.errors import UsageError

# One file per command, named as it, each with a `command` in it; and what the help says of it. Their order is that of the help.
COMMANDS = {
    "audit": "Audit a repository for technical debt.",
    "graph": "Show the dependency graph of a repository.",
    "impact": "Show what changes if an artefact changes.",
    "gate": "Judge a change: fail where it adds grave debt.",
    "checklist": "Walk the pre-release checklist, sign it, pack its evidence.",
    "trend": "Show how debt went over the history.",
    "compare": "Compare two audits or revisions.",
    "fleet": "Audit many repositories and compare them.",
    "baseline": "Write down which findings are old.",
    "waive": "Decide about a finding, with a reason and an end.",
    "fix": "Mend what can be mended mechanically.",
    "report": "Render a stored audit again, in any format.",
    "restate": "Score a stored audit again, under other weights.",
    "init": "Write settings, a workflow, a hook.",
    "explain": "Explain a rule.",
    "rules": "List the rules.",
    "cache": "Look at or clear the cache.",
}

FINE, GATE_FAILED, USAGE, INCOMPLETE = 0, 1, 2, 3
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
INTERRUPTED = 128 + 2  # as shells report SIGINT
PIPE_CLOSED = 128 + 13  # and SIGPIPE


class Commands(click.Group):
    """The group of all commands; knows their names without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click passes it
        """Names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click passes it
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"auditor.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101  # the table above names only such modules
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click passes it
        """The commands as the help lists them, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command and writes out what it printed."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:  # click would make this exit code 1, which is a failed gate's
            raise _PipeClosedError from error
        return result


class _PipeClosedError(Exception):
    """Whoever read standard output has left."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
def cli() -> None:
    """Audits machine-learning repositories for technical debt."""


def main(args: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 fine, 1 a gate failed, 2 usage, 3 incomplete (130 Ctrl-C, 141 closed pipe)."""
    sys.exit(_run(list(sys.argv[1:] if args is None else args)))


def _run(args: list[str]) -> int:
    """Runs one command and turns whatever ends it into an exit code and at most a few lines on stderr."""
    try:
        code = cli.main(args, prog_name="auditor", standalone_mode=False)
    except UsageError as error:
        _say(f"auditor: {error}")
        return USAGE
    except click.UsageError as error:
        hint = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        _say(f"auditor: {error.format_message()}{hint}")
        return USAGE
    except click.ClickException as error:
        _say(f"auditor: {error.format_message()}")
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        _say("auditor: interrupted")
        return INTERRUPTED
    except _PipeClosedError:
        _discard_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno not in FULL:
            return _unexpected(error, debug="--debug" in args)
        place = f" {error.filename}" if error.filename else " the output"
        _say(f"auditor: cannot write{place}: {error.strerror}; make room, or write it elsewhere")
        _discard_output()
        return USAGE
    except Exception as error:  # noqa: BLE001  # the last door: a friendly line instead of a traceback
        return _unexpected(error, debug="--debug" in args)
    return code if isinstance(code, int) else FINE


def _discard_output() -> None:
    """Nobody takes what is left; give the interpreter somewhere to flush it to when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception, *, debug: bool) -> int:
    if debug:
        import traceback

        click.echo("".join(traceback.format_exception(error)).rstrip(), err=True)
    else:
        detail = " ".join(str(error).split())[:300]
        _say(f"auditor: something went wrong inside auditor ({type(error).__name__}: {detail}); run with --debug")
    return INCOMPLETE


def _say(text: str) -> None:
    """Lines for people. They hold names of files and words of remotes, which must not steer a terminal."""
    from auditor.formats.text import plain

    click.echo("\n".join(map(plain, text.split("\n"))), err=True)
