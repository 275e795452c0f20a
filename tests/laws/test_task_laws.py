"""What holds for every task of the catalogue. A new file is tested the moment it exists."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evalsite
from evalsite.tasks.analysis.family import compare
from evalsite.tasks.design.deck import Deck
from evalsite.tasks.errors import InvalidResponseError
from evalsite.tasks.params import Params, ParamSpec, specs
from evalsite.tasks.protocol import REAL, Materials, PlannedTrial, ScoredTrial, Source, Task, tallied
from evalsite.tasks.registry import names, tasks
from evalsite.tasks.simulation import SimulatedRater

CONDITIONS = ("zebra_gan", "quokka_vae", "okapi_flow")
MATERIALS = Materials(Source(REAL, range(700, 900)), [Source(name, range(700, 900)) for name in CONDITIONS])
KINDS: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float), "text": (str,)}
ABLE, GUESSER = SimulatedRater(ability=3.0, lapse=0.0), SimulatedRater(ability=0.0)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.just("answer"), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.fixture(params=names())
def task(request: pytest.FixtureRequest) -> Task[Any]:
    return tasks()[request.param]


def _variants(task: Task[Any]) -> Iterator[Params]:
    """The defaults, and each choice and switch turned the other way once."""
    yield task.Params()
    for spec in specs(task.Params):
        values = [value for value, _ in spec.choices] if spec.kind == "choice" else [True, False]
        if spec.kind in {"choice", "bool"}:
            yield from (
                task.Params.from_json({spec.name: value}) for value in values if value != spec.default
            )


def _plan(task: Task[Any], params: Params, *, seed: int = 5, trials: int = 60) -> list[PlannedTrial]:
    return task.plan(params, MATERIALS, trials=trials, practice=4, catch=3, seed=seed)


def _payload(task: Task[Any], params: Params, trial: PlannedTrial) -> dict[str, Any]:
    urls = {stimulus.slot: f"/s/1/stimuli/{i}.png" for i, stimulus in enumerate(trial.stimuli)}
    return task.payload(params, trial, task.adapt(params, trial, []), urls)


def _sit(
    task: Task[Any], params: Params, rater: SimulatedRater, *, seed: int, trials: int = 60
) -> list[ScoredTrial]:
    history: list[ScoredTrial] = []
    for i, trial in enumerate(_plan(task, params, seed=seed, trials=trials)):
        shown = task.adapt(params, trial, history)
        sent = task.simulate(params, trial, shown, rater, seed=seed * 1000 + i)
        score = task.score(params, trial, task.read(params, trial, sent["answer"]))
        history.append(ScoredTrial(trial, shown, score, participant=str(seed), rt_ms=sent["rt_ms"]))
    return history


def _judged(task: Task[Any], params: Params, rater: SimulatedRater) -> list[bool]:
    trials = [trial for seed in range(6) for trial in _sit(task, params, rater, seed=seed)]
    return [
        trial.score["correct"]
        for trial in trials
        if trial.trial.kind == "scored" and trial.score["correct"] is not None
    ]


def test_params_have_all_that_a_form_needs(task: Task[Any]) -> None:
    for spec in specs(task.Params):
        assert spec.label, spec.name
        assert spec.help.endswith("."), spec.name
        assert spec.name.endswith("_ms") == (spec.unit == "ms"), f"{spec.name} says its unit"
        if spec.kind in {"int", "float"}:
            assert spec.low is not None, spec.name
            assert spec.high is not None, spec.name
        if spec.kind == "text":
            assert spec.high is not None, spec.name


def test_a_hidden_param_makes_no_difference(task: Task[Any]) -> None:
    """Whatever it is, raters meet the same trials, and answers come to the same estimates."""
    tried = 0
    declared = {spec.name: spec for spec in specs(task.Params)}
    for spec in declared.values():
        for condition in spec.shown_if:
            other = declared[condition.name]
            assert set(condition.values) <= {value for value, _ in other.choices} or not other.choices
    for params in _variants(task):
        hidden = {spec.name for spec in declared.values() if not spec.shown(params)}
        for name in hidden:
            other = replace(params, **{name: _another(declared[name], getattr(params, name))})
            plan = _plan(task, params)
            assert plan == _plan(task, other), name
            for trial in plan:
                payloads = (_payload(task, each, trial) for each in (params, other))
                met, met_other = ({k: v for k, v in sent.items() if k not in hidden} for sent in payloads)
                assert met == met_other, name
            assert task.adaptive(params) == task.adaptive(other)
            trials = _sit(task, params, SimulatedRater(), seed=1)
            assert _sit(task, other, SimulatedRater(), seed=1) == trials
            tallies = list(tallied(task, params, trials))
            assert task.estimate(params, tallies) == task.estimate(other, tallies)
            tried += 1
    assert tried or not any(spec.shown_if for spec in declared.values())


def _another(spec: ParamSpec, value: Any) -> Any:
    """A value of the param that is not this one, and that no other param contradicts."""
    if spec.kind == "bool":
        return not value
    if spec.kind == "choice":
        return next(name for name, _ in spec.choices if name != value)
    return f"{value}?" if spec.kind == "text" else value + 1


def test_params_and_plans_survive_json(task: Task[Any]) -> None:
    for params in _variants(task):
        assert task.Params.from_json(json.loads(json.dumps(params.to_json()))) == params
        for trial in _plan(task, params):
            assert json.loads(json.dumps(trial.settings)) == trial.settings


def test_payloads_survive_json_and_hold_no_condition(task: Task[Any]) -> None:
    for params in _variants(task):
        for trial in _plan(task, params):
            payload = _payload(task, params, trial)
            sent = json.dumps(payload)
            assert json.loads(sent) == payload
            assert not any(name in sent for name in CONDITIONS)


def test_payloads_do_not_depend_on_what_is_shown(task: Task[Any]) -> None:
    """Were every stimulus of another condition, the client would get the very same bytes."""
    for params in _variants(task):
        for trial in _plan(task, params):
            for other in (REAL, CONDITIONS[0]):
                swapped = replace(
                    trial, stimuli=tuple(replace(s, condition=other, image=1) for s in trial.stimuli)
                )
                assert json.dumps(_payload(task, params, swapped)) == json.dumps(
                    _payload(task, params, trial)
                )


def test_catch_trials_look_like_others_but_for_their_instruction(task: Task[Any]) -> None:
    for params in _variants(task):
        payloads = {trial.kind: _payload(task, params, trial) for trial in _plan(task, params)}
        assert payloads["catch"].keys() == payloads["scored"].keys()
        assert bool(payloads["catch"]["instruction"]) != bool(payloads["scored"]["instruction"])


def test_the_same_seed_plans_the_same_and_another_does_not(task: Task[Any]) -> None:
    for params in _variants(task):
        assert _plan(task, params) == _plan(task, params)
        assert _plan(task, params) != _plan(task, params, seed=6)


def test_plans_hold_what_was_asked_for_and_are_balanced(task: Task[Any]) -> None:
    for params in _variants(task):
        plan = _plan(task, params)
        assert Counter(trial.kind for trial in plan) == {"scored": 60, "practice": 4, "catch": 3}
        assert [trial.kind for trial in plan[:5]] == ["practice"] * 4 + ["scored"]
        shown = Counter(s.condition for trial in plan if trial.kind == "scored" for s in trial.stimuli)
        assert len({shown[condition] for condition in CONDITIONS}) == 1
        images = Counter(s for trial in plan for s in trial.stimuli)
        assert max(images.values()) == 1, "no image twice where the sets suffice"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), size=st.integers(30, 250), seed=st.integers(0, 10_000))
def test_no_image_comes_twice_in_a_session_while_the_set_suffices(
    task: Task[Any], data: st.DataObject, size: int, seed: int
) -> None:
    """When a set runs out, all its images are shown equally often, but those of practice trials only once."""
    deck = Deck({name: Source(name, range(size)) for name in (REAL, *CONDITIONS)})
    session: list[PlannedTrial] = []
    for block in range(3):
        params = data.draw(st.sampled_from(list(_variants(task))))
        counts = {
            "trials": data.draw(st.integers(1, 90)),
            "practice": data.draw(st.integers(0, 4)),
            "catch": 2,
        }
        trials = task.plan(params, deck.materials(CONDITIONS), **counts, seed=seed + block)
        deck = deck.after(trials)
        session += trials
    shown = [(trial.kind, stimulus) for trial in session for stimulus in trial.stimuli]
    for condition in (REAL, *CONDITIONS):
        _hold_to_the_deck([(kind, s.image) for kind, s in shown if s.condition == condition], size)


def _hold_to_the_deck(shown: list[tuple[str, int]], size: int) -> None:
    times, practised = Counter[int](), set[int]()
    for kind, image in shown:
        assert image not in practised
        times[image] += 1
        if kind == "practice":
            practised.add(image)
    left = [times[image] for image in range(size) if image not in practised]
    assert max(left) - min(left) <= 1
    assert len(shown) > size or set(times.values()) <= {1}


def test_simulated_answers_are_read_and_score_the_declared_columns(task: Task[Any]) -> None:
    kinds = {column.name: KINDS[column.kind] for column in task.columns}
    for params in _variants(task):
        for trial in _sit(task, params, SimulatedRater(lapse=0.3, ties=0.5), seed=1):
            assert list(trial.score) == list(kinds)
            assert all(value is None or isinstance(value, kinds[name]) for name, value in trial.score.items())
            assert json.loads(json.dumps(dict(trial.score))) == trial.score
            assert trial.rt_ms is not None
            assert trial.rt_ms > 0


def test_attentive_raters_pass_catch_trials_and_lapsing_ones_do_not_always(task: Task[Any]) -> None:
    caught = {
        lapse: [
            trial.score["correct"]
            for seed in range(10)
            for trial in _sit(
                task, task.Params(), SimulatedRater(ability=0.0, lapse=lapse), seed=seed, trials=6
            )
            if trial.trial.kind == "catch"
        ]
        for lapse in (0.0, 1.0)
    }
    assert all(caught[0.0])
    assert 5 <= sum(caught[1.0]) <= 25, "30 trials at chance"


def test_an_answer_is_right_or_wrong_only_where_the_task_names_the_truth(task: Task[Any]) -> None:
    named = set()
    for params in _variants(task):
        for trial in _sit(task, params, SimulatedRater(ties=0.5), seed=2):
            truth = task.truth(params, trial.trial)
            named.add(truth is not None)
            if trial.trial.kind == "scored" and trial.score["correct"] is not None:
                assert truth, "a qualification would pass over an answer that is right or wrong"
    assert True in named, "some setting of every task has right answers"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=JSON)
def test_whatever_comes_in_is_read_or_refused_as_malformed(task: Task[Any], raw: object) -> None:
    params = task.Params()
    trial = _plan(task, params, trials=2)[-1]
    try:
        answer = task.read(params, trial, raw)
    except InvalidResponseError:
        return
    assert set(task.score(params, trial, answer)) == {column.name for column in task.columns}


def test_an_able_rater_beats_chance_and_a_guesser_does_not(task: Task[Any]) -> None:
    tried = 0
    for params in _variants(task):
        able, guessed = _judged(task, params, ABLE), _judged(task, params, GUESSER)
        if able:
            tried += 1
            assert sum(able) / len(able) > 0.7
            assert abs(sum(guessed) / len(guessed) - 0.5) < 4 * 0.5 / len(guessed) ** 0.5
    assert tried, "some setting of every task has right answers"


def test_random_answers_are_right_as_often_as_chance_says(task: Task[Any]) -> None:
    """To four standard errors; where chance is None, nothing is right."""
    random = SimulatedRater(lapse=1.0)
    tried = 0
    for params in _variants(task):
        for kind in ("scored", "catch"):
            trials = [
                t for seed in range(20) for t in _sit(task, params, random, seed=seed) if t.trial.kind == kind
            ]
            chances = [task.chance(params, trial.trial) for trial in trials]
            if kind == "scored":
                assert [c is None for c in chances] == [task.truth(params, t.trial) is None for t in trials]
            right = [
                trial.score["correct"] is True
                for trial, chance in zip(trials, chances, strict=True)
                if chance is not None
            ]
            known = [chance for chance in chances if chance is not None]
            assert all(0 < chance < 1 for chance in known)
            if known:
                spread = sum(chance * (1 - chance) for chance in known) ** 0.5
                assert abs(sum(right) - sum(known)) < 4 * spread, (params, kind)
                tried += 1
    assert tried, "some setting of every task has right answers"


def test_estimates_are_declared_ordered_and_reproducible(task: Task[Any]) -> None:
    declared = {quantity.name: quantity for quantity in task.quantities}
    for params in _variants(task):
        trials = [trial for seed in range(3) for trial in _sit(task, params, SimulatedRater(), seed=seed)]
        estimates = task.estimate(params, tallied(task, params, trials))
        assert estimates == task.estimate(params, list(tallied(task, params, iter(trials))))
        assert {estimate.condition for estimate in estimates} >= set(CONDITIONS)
        for estimate in estimates:
            quantity = declared[estimate.quantity]
            assert (estimate.unit, estimate.better, estimate.chance) == (
                quantity.unit,
                quantity.better,
                quantity.chance,
            )
            if estimate.value is None:
                assert estimate.note
            elif estimate.low is not None and estimate.high is not None:
                assert estimate.low <= estimate.high


def test_tallies_are_json_and_may_come_in_parts(task: Task[Any]) -> None:
    """Stored and read back, or counted in two parts of the same rater, they give the same estimates."""
    counted = 0
    for params in _variants(task):
        sittings = [_sit(task, params, SimulatedRater(), seed=seed) for seed in range(3)]
        whole = [tally for trials in sittings for tally in tallied(task, params, trials)]
        halves = [half for trials in sittings for half in (trials[:40], trials[40:])]
        parts = [tally for half in halves for tally in tallied(task, params, half)]
        stored = [replace(tally, counts=json.loads(json.dumps(tally.counts))) for tally in whole]
        estimates = task.estimate(params, iter(whole))
        assert estimates == task.estimate(params, iter(stored))
        assert estimates == task.estimate(params, iter(parts))
        invalid = [replace(trial, valid=False) for trial in sittings[0]]
        assert task.count(params, invalid) == task.count(params, [])
        assert not any(tally.rater in json.dumps(tally.counts).split('"') for tally in whole)
        counted += len(estimates)
    assert counted, f"{task.name} estimates nothing"


def test_conditions_with_intervals_can_be_compared(task: Task[Any]) -> None:
    """Each carries the joint covariance of its quantity, whose diagonal gives its own interval."""
    compared = 0
    for params in _variants(task):
        trials = [trial for seed in range(4) for trial in _sit(task, params, SimulatedRater(), seed=seed)]
        for estimate in task.estimate(params, tallied(task, params, trials)):
            if not estimate.condition or estimate.low is None or estimate.value is None:
                continue
            assert estimate.joint is not None, estimate.quantity
            at = estimate.joint.names.index(estimate.condition)
            value = math.log(estimate.value) if estimate.joint.logarithmic else estimate.value
            cut = estimate.note.count("cut off")
            assert cut or estimate.joint.values[at] == pytest.approx(value)
            variance = estimate.joint.variances[estimate.condition]
            assert cut or variance.n_raters == estimate.n_raters
            assert variance.n_images == estimate.n_images
            compared += len(compare(estimate.joint).differences)
    assert compared, f"{task.name} compares no conditions"


def test_the_browser_half_has_the_same_stem_and_exports_run_and_labels(task: Task[Any]) -> None:
    script = Path(evalsite.__file__).parent / "static" / "js" / "tasks" / f"{task.name}.js"
    assert script.exists(), (
        f"{task.name} has no browser half; write {script.name} beside the other tasks' modules"
    )
    code = script.read_text("utf-8")
    assert re.search(r"^export async function run\(stage, payload, kit\)", code, re.MULTILINE)
    labels = re.search(r"^export const LABELS = {(.*)};$", code, re.MULTILINE)
    assert labels, "the words on each answer's button are exported as LABELS"
    keys = _payload(task, task.Params(), _plan(task, task.Params())[0])["keys"]
    assert set(re.findall(r"(\w+): \"", labels[1])) == set(keys)


def test_words_for_people_are_there(task: Task[Any]) -> None:
    assert task.title[0].isupper()
    assert task.summary.endswith(("?", "."))
    for documented in (*task.columns, *task.quantities):
        assert re.fullmatch(r"[a-z][a-z_]*", documented.name)
        assert documented.help.endswith("."), documented.name
