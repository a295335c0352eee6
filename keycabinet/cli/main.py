"""The command ``keycabinet``: every noun registered, every expected fault one message."""
# ruff: noqa: PLC0415 - a command imports what it needs when it is called: the others start faster

from typing import Any

import typer
from typer.core import TyperGroup

from keycabinet.cli import evidence
from keycabinet.cli.alarm import alarm
from keycabinet.cli.check import ConfigOption, check
from keycabinet.cli.commission import commission
from keycabinet.cli.export import export
from keycabinet.cli.history import history
from keycabinet.cli.init import init
from keycabinet.cli.ledger import ledger
from keycabinet.cli.person import person
from keycabinet.cli.pin import pin
from keycabinet.cli.rights import rights
from keycabinet.cli.ring import ring
from keycabinet.cli.roster import import_roster
from keycabinet.cli.session import login, logout, whoami
from keycabinet.cli.slot import slot
from keycabinet.cli.status import status
from keycabinet.errors import ConfigError, KeycabinetError


class Commands(TyperGroup):
    """Ends with a message instead of a traceback when something fails that has a name: 2 for files, 1 for the rest."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as typer declares it
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeycabinetError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2 if isinstance(error, ConfigError) else 1) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show local variables, and one of them may be a PIN
    rich_markup_mode=None,
)


@app.callback()
def keycabinet(ctx: typer.Context, config: ConfigOption = None) -> None:
    """The electronic key cabinet: who has what, and everything that happened."""
    if config is not None:
        ctx.default_map = _for_all(ctx.command, str(config))


@app.command()
def core(config: ConfigOption = None) -> None:
    """Run the core until SIGTERM or Ctrl-C."""
    from keycabinet import app as running
    from keycabinet.config import locate

    raise typer.Exit(running.main(locate(config)))


@app.command()
def mqtt(config: ConfigOption = None) -> None:
    """Publish to the MQTT broker until Ctrl-C."""
    from keycabinet import publisher
    from keycabinet.config import locate

    raise typer.Exit(publisher.main(locate(config)))


app.command()(init)
app.command()(check)
app.command()(login)
app.command()(logout)
app.command()(whoami)
app.command()(status)
app.command()(history)
evidence.register(ledger)
app.add_typer(alarm, name="alarm")
app.add_typer(ledger, name="ledger")
app.add_typer(person, name="person")
app.add_typer(ring, name="ring")
app.add_typer(rights, name="rights")
app.add_typer(pin, name="pin")
app.add_typer(slot, name="slot")
app.add_typer(commission, name="commission")
app.command(name="import")(import_roster)
app.command()(export)


def _for_all(group: Any, config: str) -> dict[str, Any]:  # noqa: ANN401 - a group of commands, or one command
    """The option before the command is the default of the same option behind it, at every level."""
    return {"config": config} | {
        name: _for_all(command, config) for name, command in getattr(group, "commands", {}).items()
    }
