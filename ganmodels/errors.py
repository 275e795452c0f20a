"""What can go wrong in `ganmodels`, by name: what was given, what was expected, the next move."""

from collections.abc import Iterable
from difflib import get_close_matches


class GanmodelsError(Exception):
    """Whatever this package refuses with a sentence; each kind below is a built-in one, too."""


class ModelNameError(GanmodelsError, LookupError):
    """No model of that name is in the catalogue."""


class MalformedModelError(GanmodelsError, TypeError):
    """A catalogue file lacks one of its four parts, or a part can't be read."""


class SettingError(GanmodelsError, ValueError):
    """A setting is unknown, of the wrong type or out of its range."""


class ImageShapeError(GanmodelsError, ValueError):
    """No network of the catalogue is made for images of that shape."""


class SampleRequestError(GanmodelsError, ValueError):
    """A count, a start or a batch size that no images answer to."""


class DataError(GanmodelsError, ValueError):
    """The training images can't be read."""


class ToyNameError(GanmodelsError, LookupError):
    """No toy has that name."""


class ToyModelError(GanmodelsError, ValueError):
    """The model can't be run on points."""


class DivergenceError(GanmodelsError, ArithmeticError):
    """A loss or a weight became NaN or infinite while training."""


class ResumeError(GanmodelsError, ValueError):
    """The folder holds no training state, or one of another training."""


class LogError(GanmodelsError, ValueError):
    """A folder holds no log of a training, or one that can't be read."""


class LostProcessError(GanmodelsError, ConnectionError):
    """Another process of the same training is gone."""


class GeneratorOutputError(GanmodelsError, ArithmeticError):
    """A generator answered NaN, infinity, the wrong shape, or values outside its declared range."""


class InsideError(GanmodelsError, ValueError):
    """A generator can't show what was asked for: it has no such space, layer, code or judge."""


class CheckpointError(GanmodelsError, ValueError):
    """A file is not a checkpoint that can be opened. Every error below is one."""


class CheckpointNotFoundError(CheckpointError, FileNotFoundError):
    """There is no file at the path."""


class CheckpointFormatError(CheckpointError):
    """The file is of another format: nothing in it was executed or unpickled."""


class CheckpointCodeError(CheckpointError, PermissionError):
    """The file asks for code: refused as soon as it was named, or for want of the operator's allowance."""


class CheckpointArchitectureError(CheckpointError):
    """The file holds weights without saying of which network, or says it of one that is not held here."""


class ExtraMissingError(GanmodelsError, ImportError):
    """The format needs a package that is not installed."""


class CheckpointTruncatedError(CheckpointError, EOFError):
    """The file is shorter or longer than its header says."""


class CheckpointTooLargeError(CheckpointError):
    """The file, its header or the network it describes is over the limit."""


class CheckpointMetadataError(CheckpointError):
    """The description in the file's header is missing, unreadable or contradicts itself."""


class CheckpointModelError(CheckpointError, LookupError):
    """The checkpoint names a model that the catalogue does not hold."""


class CheckpointShapeError(CheckpointError):
    """The tensors in the file are not those of the network that the file describes."""


class CheckpointNotFiniteError(CheckpointError, ArithmeticError):
    """A weight in the file is NaN or infinite."""


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Names the closest known word, or all of them where none is close.

    Returns:
        A clause to append to an error's sentence, such as "did you mean 'wgan_gp'?".
    """
    words = sorted(known)
    close = get_close_matches(given, words, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"known are: {', '.join(words)}"
