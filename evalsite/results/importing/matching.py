"""Names in a file against names in a study: through an alias, exactly, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalsite.results.errors import ImportFileError, UnmatchedNameError
from evalsite.suggestions import did_you_mean


def match_names(names: Sequence[str], known: Sequence[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """The study's name for each name of the file.

    Args:
        names: Names as the file has them.
        known: Names of the study's conditions.
        aliases: From a name in the file to the condition that it means.

    Raises:
        UnmatchedNameError: Names that mean no condition, all of them, each with the likeliest one.
        ImportFileError: An alias that is not used or leads nowhere, or two names for one condition.
    """
    for name, condition in aliases.items():
        if name not in names:
            raise ImportFileError(f"the alias {name!r} is not in the file; {did_you_mean(name, names)}")
        if condition not in known:
            raise UnmatchedNameError(
                f"the alias {name!r} leads to {condition!r}, which is no condition; "
                f"{did_you_mean(condition, known)}"
            )
    matched = {name: aliases.get(name, name) for name in names}
    if lost := [name for name in names if matched[name] not in known]:
        hints = "; ".join(f"{name!r} ({did_you_mean(name, known).rstrip('.')})" for name in lost)
        raise UnmatchedNameError(
            f"no condition of the study is named {hints}. Give an alias; nothing was imported"
        )
    for condition in known:
        if len(twice := [name for name in names if matched[name] == condition]) > 1:
            raise ImportFileError(
                f"{' and '.join(map(repr, twice))} both mean {condition!r}; keep one of them"
            )
    return matched
