"""What commands have in common: near names, options in sections, and lists that say all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


class Commands(click.Group):
    """A group that tells what a mistyped command may have meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        name = args[0]
        if not name.startswith("-") and not ctx.resilient_parsing:
            command = self.get_command(ctx, name)
            if command is None:
                raise click.UsageError(f"No such command {name!r}.{self._hint(ctx, name)}", ctx)
            return name, command, args[1:]
        return super().resolve_command(ctx, args)

    def _hint(self, ctx: click.Context, name: str) -> str:
        from deid_core.suggest import nearest

        known = self.list_commands(ctx)
        near = nearest(name, known)
        return f" Did you mean {near!r}?" if near else f" There are: {', '.join(known)}."

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the first sentence of what each says of itself, whole."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(limit=1000)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class SectionedCommand(click.Command):
    """A command that shows its options in ``sections``: titles with the names of parameters.

    What stands in none is shown last.
    """

    def __init__(self, *args: Any, sections: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, section by section."""
        left = {
            param.name: record
            for param in self.get_params(ctx)
            if isinstance(param, click.Option)
            and (record := param.get_help_record(ctx)) is not None
        }
        for title, names in self._sections.items():
            rows = [left.pop(name) for name in names if name in left]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        if left:
            with formatter.section("Settings and plugins"):
                formatter.write_dl(list(left.values()))
