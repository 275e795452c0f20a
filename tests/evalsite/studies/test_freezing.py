from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from evalsite.studies.freezing import BlockData, ConditionData, SetData, StudyData, digest, freeze


def test_a_protocol_holds_all_that_a_session_needs(data: StudyData) -> None:
    assert freeze(data) == {
        "study": "faces",
        "title": "Faces",
        "texts": {"consent": "Do you?", "instructions": "Look.", "debriefing": "Thanks."},
        "assignment": "within",
        "stimulus_px": 64,
        "display_px": 256,
        "seed": 0,
        "recruiter": "open_link",
        "recruiter_settings": {},
        "reference": {"name": "photographs", "sample_set": 1, "manifest_digest": "a" * 64, "count": 100},
        "conditions": [
            {
                "name": "gan",
                "set_name": "gan samples",
                "sample_set": 2,
                "manifest_digest": "b" * 64,
                "count": 100,
            },
            {
                "name": "vae",
                "set_name": "vae samples",
                "sample_set": 3,
                "manifest_digest": "c" * 64,
                "count": 100,
            },
        ],
        "blocks": [{"task": "rapid_scene", "params": {}, "trials": 20, "practice": 2, "catch": 1}],
    }


def test_the_digest_is_fixed_for_all_time(data: StudyData) -> None:
    assert digest(freeze(data), "0.1.0") == "c4f7939ea7a821fc746dd0c75210a0724518ccd922f09d4b3b56f8f98bb20ac3"


def test_what_is_required_of_raters_is_in_the_protocol_and_else_has_no_key(data: StudyData) -> None:
    blocks = [replace(data.blocks[0], qualification_share=0.65), *data.blocks]
    frozen = freeze(replace(data, blocks=blocks, attention_share=0.8))
    assert (frozen["attention_share"], frozen["blocks"][0]["qualification_share"]) == (0.8, 0.65)
    assert "qualification_share" not in frozen["blocks"][1]
    assert "attention_share" not in freeze(data)


def test_the_digest_survives_json_and_key_order(data: StudyData) -> None:
    protocol = freeze(data)
    again = json.loads(json.dumps(dict(reversed(protocol.items()))))
    assert digest(again, "1") == digest(protocol, "1")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other faces"},
        {"texts": {"consent": "Do you, really?", "instructions": "Look.", "debriefing": "Thanks."}},
        {"assignment": "between"},
        {"stimulus_px": 32},
        {"display_px": 512},
        {"seed": 1},
        {"recruiter_settings": {"x": 1}},
        {"reference": SetData(1, "photographs", "reference", "d" * 64, 100)},
        {"conditions": [ConditionData("gan", SetData(2, "gan samples", "generated", "b" * 64, 100))]},
        {"blocks": [BlockData("rapid_scene", {"exposure_ms": 101}, 20, 2, 1)]},
        {"blocks": [BlockData("rapid_scene", {}, 20, 2, 2)]},
        {"blocks": [BlockData("rapid_scene", {}, 20, 2, 1, qualification_share=0.65)]},
        {"attention_share": 0.8},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_raters_would_notice_changes_the_digest(data: StudyData, change: dict[str, Any]) -> None:
    assert digest(freeze(replace(data, **change)), "1") != digest(freeze(data), "1")


def test_other_code_is_another_digest(data: StudyData) -> None:
    assert digest(freeze(data), "1") != digest(freeze(data), "2")


def test_what_is_no_number_has_no_digest() -> None:
    with pytest.raises(ValueError, match="JSON"):
        digest({"seed": float("nan")}, "1")


def test_a_session_counts_all_its_trials(data: StudyData) -> None:
    assert data.trials_per_session == 23
