"""The one way in which sessions, trials and responses are written."""

from evalsite.trials.services.answering import record_response, record_responses
from evalsite.trials.services.arrival import Welcome, begin_session, recognise_rater, start_preview
from evalsite.trials.services.delivering import deliver_block
from evalsite.trials.services.importing import ImportedJudgement, import_responses
from evalsite.trials.services.setting_aside import set_aside_trial
from evalsite.trials.services.stages import begin_trials, complete_session, record_consent, record_device

__all__ = [
    "ImportedJudgement",
    "Welcome",
    "begin_session",
    "begin_trials",
    "complete_session",
    "deliver_block",
    "import_responses",
    "recognise_rater",
    "record_consent",
    "record_device",
    "record_response",
    "record_responses",
    "set_aside_trial",
    "start_preview",
]
