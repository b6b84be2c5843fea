"""The command itself: its options, where its subcommands are, and how it fails."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from intake.errors import ConfigurationWrong, IntakeError
from replies.errors import RepliesError
from store.errors import StoreError

#: Exit codes of the interface.
DONE, FAILED, WRONG = 0, 1, 2

#: Where each command stands: module, attribute.
_COMMANDS = {
    "run": ("running", "run"),
    "demo": ("running", "demo"),
    "init": ("setting_up", "init"),
    "check": ("setting_up", "check"),
    "migrate": ("setting_up", "migrate"),
    "parse": ("looking", "parse"),
    "explain": ("looking", "explain"),
    "status": ("looking", "status"),
    "why": ("looking", "why"),
    "open": ("looking", "open_blob"),
    "deliver": ("doors", "deliver"),
    "import": ("doors", "import_"),
    "mail": ("ledger", "mail"),
    "ticket": ("handing_over", "ticket"),
    "mailbox": ("mailboxes", "mailbox"),
    "outbox": ("letters", "outbox"),
    "agent": ("people", "agent"),
    "person": ("erasing", "person"),
    "rules": ("rules", "rules"),
    "tokens": ("tokens", "tokens"),
    "auth": ("auth", "auth"),
}


class Commands(click.Group):
    """A group whose members are imported when they are asked for, so that `deliver` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a desk's life."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"intake.cli.{module}"), attribute)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="The configuration; else $LOKET_CONFIG, ./config.toml.")
@click.version_option(package_name="loket", message="loket %(version)s")
@click.pass_context
def loket(ctx: click.Context, config: Path | None) -> None:
    """A support desk by email: takes reports in, opens tickets, acknowledges them."""
    ctx.obj = config


def main(arguments: list[str] | None = None) -> None:
    """Run the command, and end the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:  # noqa: PLR0911  # one way out a kind of failure
    """Run the command; returns its exit code. What an operator can mend is told in a sentence, without a trace."""
    try:
        result: Any = loket.main(args=arguments, prog_name="loket", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        error.show()
        called = error.ctx.info_name if error.ctx else None
        return os.EX_USAGE if called == "deliver" else WRONG
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return FAILED
    except ConfigurationWrong as error:
        return _told(error, WRONG)
    except (IntakeError, RepliesError, StoreError) as error:
        return _told(error, FAILED)
    except BrokenPipeError:  # who read our output has gone: `loket ticket list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return result if isinstance(result, int) else DONE


def _told(error: Exception, code: int) -> int:
    click.echo(f"loket: {error}", err=True)
    return code
