"""Deeds of the runs room: what users ask of background work, and how it is cancelled and retried."""

from evalsite.runs.services.control import cancel_job, retry_job
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
    "cancel_job",
    "check_upload_size",
    "default_sample_name",
    "request_evaluation",
    "request_inspection",
    "request_registration",
    "request_sampling",
    "retry_job",
]
