"""``deid-core completion``: what makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

WHERE = {
    "bash": 'eval "$(deid-core completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(deid-core completion zsh)"   in ~/.zshrc',
    "fish": "deid-core completion fish > ~/.config/fish/completions/deid-core.fish",
}


@click.command(
    "completion",
    epilog="\b\nTo have it in each shell:\n" + "\n".join(f"  {w}" for w in WHERE.values()),
)
@click.argument("shell", type=click.Choice(list(WHERE)))
def command(shell: str) -> None:
    """Print what makes a shell complete commands and options with the Tab key."""
    from deid_core.cli.main import cli

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(found(cli, {}, "deid-core", "_DEID_CORE_COMPLETE").source())
