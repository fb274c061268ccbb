"""``deid-core completion``: what makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from deid_core.commands import json_option, print_json

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
@json_option
def command(shell: str, *, as_json: bool) -> None:
    """Print what makes a shell complete commands and options with the Tab key."""
    from deid_core.cli.main import cli

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    source = found(cli, {}, "deid-core", "_DEID_CORE_COMPLETE").source()
    if as_json:
        print_json({"command": "completion", "shell": shell, "script": source})
    else:
        click.echo(source)
