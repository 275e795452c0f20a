"""What can go wrong when results are asked for, or brought in from elsewhere."""

from __future__ import annotations


class ResultsError(ValueError):
    """Results were asked for that this study does not have."""


class UnknownQuantityError(ResultsError):
    """No metric or human quantity of that name is in the study's table."""


class UnknownTableError(ResultsError):
    """No table or plot of that name can be had."""


class UnknownVersionError(ResultsError):
    """The study has no version of that number."""


class ImportFileError(ValueError):
    """A file of judgements or metric values can't be read; nothing was changed."""


class UnmatchedNameError(ImportFileError):
    """A name in the file belongs to no condition of the study; nothing was changed."""
