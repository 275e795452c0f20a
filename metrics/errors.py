"""Everything that can go wrong in this package, each error with the next move in its sentence."""

from __future__ import annotations


class MetricsError(Exception):
    """Root of this package's errors, so that a caller can catch them all."""


class UnknownNameError(MetricsError, LookupError):
    """A metric, extractor, protocol or setting of this name does not exist."""


class InvalidMetricError(MetricsError, TypeError):
    """A catalogue file can't be read as a metric or an extractor; the message names the file."""


class InvalidSettingError(MetricsError, ValueError):
    """A setting has a value that its metric can't use."""


class MissingEvidenceError(MetricsError, ValueError):
    """A metric needs a set of images, or an output of a network, that was not given."""


class InvalidEvidenceError(MetricsError, ValueError):
    """Evidence has the wrong shape or dtype, or holds values that are not finite."""


class EvidenceMismatchError(MetricsError, ValueError):
    """Evidence of unlike origin was about to be compared."""


class TooFewSamplesError(MetricsError, ValueError):
    """A metric is undefined on so few samples."""


class NotConvergedError(MetricsError, ArithmeticError):
    """A search, a training or an annealing ended so early that its number says nothing."""


class ImageReadError(MetricsError, ValueError):
    """Images can't be read from the given place; the message names the file."""


class MissingWeightsError(MetricsError, FileNotFoundError):
    """A network's weights were not found; the message says which file to put where."""


class WeightsDigestError(MetricsError, ValueError):
    """A weights file is not the one it should be."""


class CacheWriteError(MetricsError, OSError):
    """The feature cache can't be written."""


class ResultsWriteError(MetricsError, OSError):
    """The results can't be written to the file that was named."""


class LostProcessError(MetricsError, ConnectionError):
    """One of several processes at an evaluation is gone."""


class MissingPackageError(MetricsError, ImportError):
    """A metric needs a package that isn't installed."""


class StatisticsReadError(MetricsError, ValueError):
    """A file of saved features or statistics can't be read; the message names it."""
