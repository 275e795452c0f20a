from collections import Counter

import pytest

from evalsite.studies.planning import (
    deck_after,
    derive_seed,
    from_json,
    full_deck,
    plan_block,
    plan_session,
    rater_groups,
    to_json,
)
from evalsite.tasks.errors import PlanError

PROTOCOL = {
    "seed": 7,
    "assignment": "within",
    "reference": {"count": 40},
    "conditions": [{"name": "a", "count": 40}, {"name": "b", "count": 40}],
    "blocks": [
        {"task": "rapid_scene", "params": {}, "trials": 12, "practice": 2, "catch": 1},
        {"task": "pairwise", "params": {"compare": "both"}, "trials": 6, "practice": 0, "catch": 0},
    ],
}


def shown(placed):
    return [(t.block, to_json(t.trial)) for t in placed]


def test_the_same_seed_gives_the_same_session():
    assert shown(plan_session(PROTOCOL, seed=1)) == shown(plan_session(PROTOCOL, seed=1))


@pytest.mark.parametrize("change", [{"seed": 8}, {}])
def test_the_study_s_seed_and_the_session_s_both_matter(change):
    other = plan_session({**PROTOCOL, **change}, seed=1 if change else 2)
    assert shown(other) != shown(plan_session(PROTOCOL, seed=1))


def test_blocks_come_in_order_with_their_counts_and_kinds():
    placed = plan_session(PROTOCOL, seed=3)
    assert [t.block for t in placed] == [0] * 15 + [1] * 6
    kinds = [t.trial.kind for t in placed if t.block == 0]
    assert kinds[:2] == ["practice", "practice"]
    assert (kinds.count("scored"), kinds.count("catch")) == (12, 1)


def test_a_rater_of_one_condition_sees_no_other():
    protocol = {**PROTOCOL, "blocks": PROTOCOL["blocks"][:1]}
    placed = plan_session(protocol, seed=3, condition="b")
    assert {s.condition for t in placed for s in t.trial.stimuli} == {"real", "b"}


def test_a_block_is_planned_from_what_the_one_before_it_left_in_the_deck():
    placed = plan_session(PROTOCOL, seed=3)
    first, second = ([t.trial for t in placed if t.block == number] for number in (0, 1))
    deck = full_deck(PROTOCOL)
    assert plan_block(PROTOCOL, 0, deck, seed=3) == first
    assert plan_block(PROTOCOL, 1, deck_after(PROTOCOL, 0, deck, first), seed=3) == second
    assert plan_block(PROTOCOL, 1, deck, seed=3) != second


def hype_time(images):
    """A qualification and three blocks of one model: 279 real and 279 generated images, practice included."""
    block = {"task": "rapid_scene", "params": {}, "trials": 150, "practice": 2, "catch": 0}
    qualification = {**block, "trials": 100, "qualification_share": 0.65}
    return {
        **PROTOCOL,
        "reference": {"count": images},
        "conditions": [{"name": "a", "count": images}],
        "blocks": [qualification, block, block, block],
    }


def images_shown(placed):
    return Counter((s.condition, s.image) for t in placed for s in t.trial.stimuli)


@pytest.mark.parametrize("seed", range(20))
def test_no_image_comes_twice_in_a_session_of_several_blocks_while_the_sets_suffice(seed):
    assert set(images_shown(plan_session(hype_time(279), seed=seed)).values()) == {1}
    assert set(images_shown(plan_session(hype_time(278), seed=seed)).values()) == {1, 2}


def test_images_of_a_qualification_and_of_practice_are_not_shown_again_when_the_sets_run_out():
    placed = plan_session(hype_time(200), seed=1)  # they run out in the third block
    spent = images_shown(t for t in placed if t.block == 0 or (t.block < 3 and t.trial.kind == "practice"))
    shown = images_shown(placed)
    assert {shown[image] for image in spent} == {1}


@pytest.mark.parametrize(
    ("assignment", "groups", "seen"),
    [("within", [""], [{"a", "b"}]), ("between", ["a", "b"], [{"a"}, {"b"}])],
)
def test_each_group_of_raters_has_its_conditions_and_real_images(assignment, groups, seen):
    protocol = {**PROTOCOL, "assignment": assignment}
    assert rater_groups(protocol) == groups
    plans = [plan_block(protocol, 0, full_deck(protocol), seed=0, condition=group) for group in groups]
    assert [{s.condition for trial in plan for s in trial.stimuli} for plan in plans] == [
        {"real", *conditions} for conditions in seen
    ]


def test_a_qualification_is_the_same_for_raters_of_every_condition():
    qualification = {**PROTOCOL["blocks"][0], "qualification_share": 0.65}
    protocol = {**PROTOCOL, "assignment": "between", "blocks": [qualification, PROTOCOL["blocks"][0]]}
    plans = {name: plan_session(protocol, seed=3, condition=name) for name in rater_groups(protocol)}
    first = {name: [to_json(t.trial) for t in placed if t.block == 0] for name, placed in plans.items()}
    assert first["a"] == first["b"]
    scored = [
        s.condition for t in plans["a"] if t.block == 0 and t.trial.kind == "scored" for s in t.trial.stimuli
    ]
    assert Counter(scored) == {"real": 6, "a": 3, "b": 3}
    for name, placed in plans.items():
        assert {s.condition for t in placed if t.block == 1 for s in t.trial.stimuli} == {"real", name}


def test_too_few_images_are_a_plan_error():
    with pytest.raises(PlanError):
        plan_session({**PROTOCOL, "reference": {"count": 0}}, seed=1)


def test_a_plan_survives_storage():
    for placed in plan_session(PROTOCOL, seed=5):
        assert from_json(to_json(placed.trial)) == placed.trial


def test_seeds_fit_the_database_and_differ():
    seeds = {derive_seed(a, b) for a in range(30) for b in range(30)}
    assert len(seeds) == 900
    assert max(seeds) < 2**48


def test_keys_mean_the_same_in_all_blocks_of_a_rater_and_the_reverse_for_mirrored_raters():
    protocol = {**PROTOCOL, "blocks": PROTOCOL["blocks"][:1] * 3}
    real_keys = {
        mirrored: {
            t.trial.settings["keys"]["real"] for t in plan_session(protocol, seed=4, mirrored=mirrored)
        }
        for mirrored in (False, True)
    }
    assert real_keys == {False: {"f"}, True: {"j"}}
