"""What users ask of background work on checkpoints and sample sets."""

from evalsite.runs.services.evaluation import request_evaluation
from evalsite.runs.services.inspection import MAX_DIMENSIONS, MAX_SOUGHT, MAX_STEPS, request_inspection
from evalsite.runs.services.registration import request_registration
from evalsite.runs.services.sampling import MAX_SAMPLES, default_sample_name, request_sampling
from evalsite.runs.services.uploads import check_upload_size

__all__ = [
    "MAX_DIMENSIONS",
    "MAX_SAMPLES",
    "MAX_SOUGHT",
    "MAX_STEPS",
    "check_upload_size",
    "default_sample_name",
    "request_evaluation",
    "request_inspection",
    "request_registration",
    "request_sampling",
]
