"""``keycabinet slot``: take a slot out of service, and put it back."""

from typing import Annotated

import typer

from keycabinet.cli.check import ConfigOption
from keycabinet.cli.session import CredentialsStdin, called

slot = typer.Typer(help="Slots out of service, and back.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="SLOT", help="Number of the slot.")]


@slot.command(name="out-of-service")
def out_of_service(
    number: Number,
    why: Annotated[str, typer.Option("--why", help="What is wrong with it; stays in the ledger.")],
    config: ConfigOption = None,
    credentials_stdin: CredentialsStdin = False,
) -> None:
    """Release nothing from this slot any more. A ring that hangs in it is still missed if it goes."""
    called(config, credentials_stdin, "slot.out_of_service", slot=number, why=why)
    typer.echo(f"Slot {number} is out of service.")


@slot.command(name="in-service")
def in_service(number: Number, config: ConfigOption = None, credentials_stdin: CredentialsStdin = False) -> None:
    """Let the slot do its work again."""
    called(config, credentials_stdin, "slot.in_service", slot=number)
    typer.echo(f"Slot {number} is in service.")
