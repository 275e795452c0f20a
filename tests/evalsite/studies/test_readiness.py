from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from evalsite.studies.freezing import BlockData, ConditionData, SetData, StudyData
from evalsite.studies.readiness import Sides, check_study, full_params
from evalsite.tasks import registry
from evalsite.tasks.catalogue.rapid_scene import RapidScene

GAN = SetData(2, "gan samples", "generated", "b" * 64, 100)
EMPTY = SetData(4, "elsewhere", "generated", "", 0)


def problems(study: StudyData) -> list[str]:
    return list(check_study(study).problems)


def warnings(study: StudyData, sides: Sides) -> list[str]:
    return list(check_study(study, sides).warnings)


def facts(study: StudyData) -> list[str]:
    return list(check_study(study).facts)


def test_a_study_that_is_set_up_has_no_problem(data: StudyData) -> None:
    assert problems(data) == []
    assert problems(replace(data, assignment="between")) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"recruiter": "openlink"}, "Recruiter: no recruiter named 'openlink'; did you mean 'open_link'?"),
        ({"texts": {"consent": " \n"}}, "The consent text is empty; write what raters read there."),
        (
            {"reference": GAN},
            "The reference set 'gan samples' holds generated images; choose a set of real ones.",
        ),
        (
            {"reference": SetData(1, "photos", "reference", "", 0)},
            "The reference set 'photos' holds no images here; choose another one.",
        ),
        ({"conditions": []}, "There is no condition; add at least one set of generated images."),
        (
            {"conditions": [ConditionData("x", EMPTY)]},
            "Condition 'x' holds no images here; choose another sample set.",
        ),
        (
            {"conditions": [ConditionData("Real", GAN)]},
            "A condition is named 'Real', the name of the real images; choose another name.",
        ),
        (
            {"conditions": [ConditionData("x", replace(GAN, kind="reference"))]},
            "Condition 'x' shows real images, 'gan samples', as if generated; choose another set.",
        ),
        (
            {"conditions": [ConditionData("x", GAN), ConditionData("y", GAN)]},
            "2 conditions show the sample set 'gan samples'; give each its own.",
        ),
        ({"blocks": []}, "There is no block; add at least one, with a task."),
        (
            {"blocks": [BlockData("rapid_scene", {}, 0)]},
            "Block 1 has no scored trials; give it at least one.",
        ),
        (
            {"blocks": [BlockData("rapid_scen", {}, 9)]},
            "Block 1 (rapid_scen): no task named 'rapid_scen'; did you mean 'rapid_scene'?",
        ),
    ],
)
def test_every_problem_is_a_sentence_that_says_what_to_do(
    data: StudyData, change: dict[str, Any], sentence: str
) -> None:
    assert problems(replace(data, **change)) == [sentence]


def test_a_task_and_a_recruiter_whose_files_are_faulty_are_problems(
    data: StudyData, faulty_task: str, faulty_recruiter: str
) -> None:
    found = problems(replace(data, recruiter="mine", blocks=[BlockData("mine", {}, 9)]))
    assert found == [f"Recruiter: {faulty_recruiter}", f"Block 1 (mine): {faulty_task}"]
    assert problems(data) == []


@pytest.mark.parametrize(
    "params",
    [{"exposure_ms": -5}, {"exposure_ms": "long"}, {"no_such": 1}, ["exposure_ms"], {"exposure_ms": True}],
)
def test_bad_params_name_the_block(data: StudyData, params: Any) -> None:
    (sentence,) = problems(
        replace(data, blocks=[BlockData("rapid_scene", {}, 9), BlockData("rapid_scene", params, 9)])
    )
    assert sentence.startswith("Block 2 (rapid_scene): ")


def test_a_faulty_block_does_not_hide_what_is_wrong_with_the_others(data: StudyData) -> None:
    faulty = BlockData("rapid_scene", {"no_such": 1}, 9)
    found = problems(replace(data, blocks=[faulty, BlockData("pairwise", {}, 0), qualifying(share=1.5)]))
    assert [sentence.split()[:2] for sentence in found] == [["Block", "1"], ["Block", "2"], ["Block", "3:"]]


@pytest.mark.parametrize(("assignment", "repeated"), [("within", False), ("between", True)])
def test_a_rater_of_one_condition_needs_more_of_its_images(
    data: StudyData, assignment: str, repeated: bool
) -> None:
    few = [replace(c, sample_set=replace(c.sample_set, count=8)) for c in data.conditions]
    found = repeats(replace(data, assignment=assignment, conditions=few))
    for name in ("gan", "vae"):
        assert any(f"images of {name!r}" in sentence for sentence in found) == repeated


def qualifying(task: str = "rapid_scene", share: float = 0.65, **params: Any) -> BlockData:
    return BlockData(task, params, 20, qualification_share=share)


def test_a_qualification_before_other_blocks_and_attention_can_be_required(data: StudyData) -> None:
    paired = qualifying("pairwise", compare="real_vs_generated")
    asked = replace(data, blocks=[qualifying(), paired, *data.blocks], attention_share=0.8)
    assert problems(asked) == []
    told = facts(asked)
    assert (
        "Block 1: A qualification on all conditions: raters who get under 65% right leave after it. "
        "Its trials are not part of the results." in told
    )
    assert told[-1] == "Results leave out raters who get fewer than 80% of the catch trials right."


@pytest.mark.parametrize(("share", "warned"), [(0.5, True), (0.51, False)])
def test_a_qualification_that_guessing_passes_is_warned_of(
    data: StudyData, share: float, warned: bool
) -> None:
    blocks = [qualifying(share=share), BlockData("rapid_scene", {}, 20)]
    expected = (
        "Block 1 is a qualification that asks for 50% right, and guessing gives 50%; ask for more, or raters "
        "who guess go on."
    )
    assert (expected in check_study(replace(data, blocks=blocks)).warnings) is warned


def test_catch_trials_that_guessing_passes_are_warned_of(data: StudyData) -> None:
    ties = BlockData("pairwise", {"allow_tie": True}, 20, catch=2)
    study = replace(data, blocks=[ties], attention_share=0.33)
    assert (
        "33% of the catch trials must be right, and guessing gives 33% in block 1; ask for more, or raters "
        "who guess count as attentive."
    ) in check_study(study).warnings
    assert not any("guessing" in said for said in check_study(replace(study, attention_share=0.5)).warnings)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (qualifying("pairwise", compare="model_vs_model"), "none of its trials has a right answer"),
        (qualifying("pairwise", compare="both", question="better"), "none of its trials has a right answer"),
        (qualifying(share=1.5), "the required share was 1.5"),
    ],
)
def test_a_qualification_that_none_can_pass_or_fail_is_refused(
    data: StudyData, block: BlockData, words: str
) -> None:
    (sentence,) = problems(replace(data, blocks=[block, *data.blocks]))
    assert sentence.startswith("Block 1")
    assert words in sentence


def test_a_study_of_qualifications_alone_is_refused(data: StudyData) -> None:
    (sentence,) = problems(replace(data, blocks=[qualifying(), qualifying()]))
    assert sentence == "Every block is a qualification; add one whose answers make the results."


def test_attention_is_not_required_without_catch_trials(data: StudyData) -> None:
    unchecked = replace(data, blocks=[BlockData("rapid_scene", {}, 20)], attention_share=0.8)
    (sentence,) = problems(unchecked)
    assert sentence.startswith("80% of the catch trials must be right, but no block has any; ")
    assert problems(replace(data, attention_share=0.0)) == [
        "Catch trials: the required share was 0; expected more than 0 and at most 1."
    ]


def test_all_problems_are_told_at_once(data: StudyData) -> None:
    bare = replace(data, texts={"consent": ""}, conditions=[], blocks=[])
    assert len(problems(bare)) == 3


@pytest.mark.parametrize("name", registry.names())
def test_every_task_can_be_opened_with_its_defaults(data: StudyData, name: str) -> None:
    assert problems(replace(data, blocks=[BlockData(name, {}, 20, 4, 2)])) == []


@pytest.mark.parametrize("name", registry.names())
def test_full_params_hold_every_default(name: str) -> None:
    assert full_params(BlockData(name, {}, 9)) == registry.get(name).Params().to_json()


def with_sets_of(data: StudyData, count: int, *blocks: BlockData) -> StudyData:
    """The study with so many images in each set, and those blocks."""
    sets = [ConditionData(c.name, replace(c.sample_set, count=count)) for c in data.conditions]
    return replace(data, reference=replace(data.reference, count=count), conditions=sets, blocks=blocks)


def repeats(study: StudyData) -> list[str]:
    return [sentence for sentence in warnings(study, {}) if "seen before in the session" in sentence]


def test_the_block_that_shows_images_again_is_warned_of_with_how_many(data: StudyData) -> None:
    block = BlockData("rapid_scene", {}, 20)
    assert repeats(with_sets_of(data, 20, block, block)) == []
    assert repeats(with_sets_of(data, 15, block, block)) == [
        "Block 2 shows a rater 10 real images, 5 of them seen before in the session; "
        "use fewer trials or import more images."
    ]
    assert (
        "Block 1 shows a rater 5 images of 'gan', 1 of them seen before in the session; "
        "use fewer trials or import more images."
    ) in repeats(with_sets_of(data, 4, block))


def test_images_of_several_tasks_come_from_one_deck(data: StudyData) -> None:
    blocks = [BlockData("rapid_scene", {}, 20), BlockData("pairwise", {}, 10)]
    assert repeats(with_sets_of(data, 15, *blocks)) == []
    assert [sentence[:7] for sentence in repeats(with_sets_of(data, 14, *blocks))] == ["Block 2"] * 2


def test_raters_of_one_condition_are_warned_of_by_the_group_that_sees_most_again(data: StudyData) -> None:
    blocks = [BlockData("rapid_scene", {}, 20), BlockData("rapid_scene", {}, 20)]
    between = replace(with_sets_of(data, 15, *blocks), assignment="between")
    assert {sentence.split(" seen")[0] for sentence in repeats(between)} == {
        "Block 2 shows a rater 10 real images, 5 of them",
        "Block 2 shows a rater 10 images of 'gan', 5 of them",
        "Block 2 shows a rater 10 images of 'vae', 5 of them",
    }


def test_a_faulty_block_takes_no_images_from_the_others(data: StudyData) -> None:
    faulty = BlockData("rapid_scene", {"no_such": 1}, 20)
    assert len(problems(with_sets_of(data, 15, faulty, *data.blocks))) == 1


def test_images_too_heavy_for_a_raters_connection_are_warned_of(data: StudyData) -> None:
    assert warnings(replace(data, stimulus_px=700), {}) == []
    (said,) = warnings(replace(data, stimulus_px=1024, blocks=[*data.blocks, *data.blocks]), {})
    assert "A rater fetches about 145 MB of images" in said


@pytest.mark.parametrize(
    ("real", "generated", "warned"), [("JPEG", "PNG", 2), ("JPEG", "WEBP", 0), ("PNG", "BMP", 0)]
)
def test_traces_of_compression_are_warned_of(data: StudyData, real: str, generated: str, warned: int) -> None:
    sets = [replace(condition.sample_set, formats=(generated,)) for condition in data.conditions]
    traced = replace(
        data,
        reference=replace(data.reference, formats=(real,)),
        conditions=[
            ConditionData(condition.name, made) for condition, made in zip(data.conditions, sets, strict=True)
        ],
    )
    assert len(warnings(traced, {})) == warned
    assert all(
        "compression may tell real images, which had it, from those of" in sentence
        for sentence in warnings(traced, {})
    )


@pytest.mark.parametrize(
    ("real", "generated", "words"),
    [
        ((32, 32), (32, 32), ""),
        ((28, 28), (32, 32), "28 pixels"),
        ((200, 900), (256, 256), "200 to 900 pixels"),
    ],
)
def test_images_that_are_scaled_otherwise_than_the_real_ones_are_warned_of(
    data: StudyData, real: tuple[int, int], generated: tuple[int, int], words: str
) -> None:
    found = warnings(data, {1: real, 2: generated, 3: real})
    assert len(found) == bool(words)
    assert all(words in sentence and "those of 'gan'" in sentence for sentence in found)


def test_facts_tell_the_share_of_real_images_and_what_the_task_says(data: StudyData) -> None:
    blocks = [
        BlockData("rapid_scene", {"real_share": 0.25, "exposure": "staircase"}, 20),
        BlockData("pairwise", {}, 20),
    ]
    told = facts(replace(data, blocks=blocks))
    assert told[0] == "Block 1: 25% of the images in scored trials are real."
    assert "converges on 75.0% correct" in told[1]
    assert any(fact.startswith("Block 2: ") for fact in told)


class _Prompted(RapidScene):
    """A task that needs prompts."""

    planned_with: ClassVar[list[Any]] = []

    def needed_facts(self, params: Any) -> frozenset[str]:
        return frozenset({"prompt"})

    def plan(self, params: Any, materials: Any, **given: Any) -> Any:
        self.planned_with.append([dict(source.facts) for source in materials.conditions])
        return super().plan(params, materials, **given)


def test_a_set_without_a_fact_that_a_task_needs_is_named(
    data: StudyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, get = _Prompted(), registry.get
    monkeypatch.setattr(registry, "get", lambda name: task if name == "prompted" else get(name))
    asked = replace(data, blocks=[BlockData("prompted", {}, 20)])
    (problem,) = problems(asked)
    assert (
        "needs the fact 'prompt' of every image, and there is none in 'gan samples', 'vae samples'" in problem
    )
    known = [ConditionData(c.name, replace(c.sample_set, facts=("label", "prompt"))) for c in data.conditions]
    (problem,) = problems(replace(asked, conditions=known))
    assert "there is none in 'photographs'; import the images again with a metadata.csv" in problem
    whole = replace(asked, conditions=known, reference=replace(data.reference, facts=("prompt",)))
    facts = {c.name: {"prompt": ["a cat"] * 100} for c in known}
    assert not check_study(whole, facts=facts).problems
    assert task.planned_with[-1] == [{"prompt": ["a cat"] * 100}] * 2
