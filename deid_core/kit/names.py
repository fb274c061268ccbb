"""The names of a new plugin, all made from one: safe, and distinct from what is there."""

from __future__ import annotations

import re
from collections.abc import Collection

import attrs

from deid_core.contract import DECLARATIONS, RESERVED
from deid_core.errors import SettingsError
from deid_core.host import PluginHost
from deid_core.kit.kinds import KINDS
from deid_core.locking import OWN_DISTRIBUTION
from deid_core.settings import PluginSettings

PREFIX = "deid-core-"
LONGEST = 40
WORD = re.compile(r"[a-z]+[a-z0-9]*(?:-[a-z0-9]+)*")


@attrs.frozen
class Names:
    """What a plugin is called: by users, by pip, by Python, and by recipes."""

    plugin: str

    @property
    def distribution(self) -> str:
        """The name by which it is installed; also that of its folder."""
        return PREFIX + self.plugin

    @property
    def module(self) -> str:
        """The name by which Python imports it."""
        return self.distribution.replace("-", "_")

    @property
    def word(self) -> str:
        """The name of what it declares."""
        return self.plugin.replace("-", "_")

    def filled(self) -> dict[str, str]:
        """Return the names for templates."""
        return {
            "plugin": self.plugin,
            "distribution": self.distribution,
            "module": self.module,
            "word": self.word,
            "action": self.word.upper(),
            "command": self.plugin,
        }


def names_of(name: str) -> Names:
    """Return the names of a plugin that somebody wants to call ``name``.

    ``deid-core-cap``, ``deid_core_cap``, ``Cap`` and ``cap`` are all one name. Raises `SettingsError`
    for what is no name.
    """
    plain = re.sub(r"[-_. ]+", "-", name.strip().lower()).strip("-")
    plugin = plain.removeprefix(PREFIX)
    if not WORD.fullmatch(plugin) or len(plugin) > LONGEST or plain == PREFIX.strip("-"):
        raise SettingsError(
            f"{name!r} cannot name a plugin: use up to {LONGEST} letters a-z, digits and '-', "
            "a letter first, such as 'hospital-dates'"
        )
    return Names(plugin)


def refuse_taken(names: Names, kind: str, commands: Collection[str] = ()) -> None:
    """Raise `SettingsError` for names that something has which comes with deid_core.

    ``commands`` are those of ``deid-core`` itself.
    """
    host = PluginHost.load(PluginSettings(allow=()))
    ours = {info.name for info in host.describe() if info.distribution == OWN_DISTRIBUTION}
    if names.plugin in ours:
        raise SettingsError(f"a plugin {names.plugin!r} comes with deid_core: choose another name")
    hook = KINDS[kind].hook
    if hook not in DECLARATIONS:
        return
    taken = set(commands if kind == "command" else RESERVED.get(hook, ())) | {
        one.casefold() for one in host.registry(hook)
    }
    if {names.word, names.plugin} & taken:
        what = names.word.upper() if KINDS[kind].shouts else names.word
        raise SettingsError(
            f"there is a{'n' * (kind[0] in 'aeio')} {kind} {what} already: choose another name "
            "(a record can replace it, by what its 'replaces' says)"
        )
