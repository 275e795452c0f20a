"""The one way in which sample sets and checkpoints are written."""

from evalsite.samples.services.checkpoints import add_checkpoint
from evalsite.samples.services.importing import ImportSummary, import_sample_set
from evalsite.samples.services.sets import NewImage, create_empty_set, create_sample_set

__all__ = [
    "ImportSummary",
    "NewImage",
    "add_checkpoint",
    "create_empty_set",
    "create_sample_set",
    "import_sample_set",
]
