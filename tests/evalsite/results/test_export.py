"""CSV as a researcher's pandas and spreadsheet get it."""

from __future__ import annotations

import csv
import io
import json
import os
import tracemalloc

import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from pandas._libs.parsers import STR_NA_VALUES  # no public name says what read_csv takes for missing

from evalsite.results.errors import UnknownTableError
from evalsite.results.export import TABLES, codebook, codebook_lines, export_lines
from evalsite.results.export.writing import csv_lines, write_whole
from evalsite.results.management.commands import export
from evalsite.results.scope import Scope
from evalsite.runs.records import import_values
from evalsite.trials.models import Participant, Response, Trial

FLASH = (("rapid_scene", {"exposure_ms": 100}),)
BOTH = (*FLASH, ("pairwise", {"compare": "both", "allow_tie": True}))


def read(scope, table):
    return pd.read_csv(io.StringIO("".join(export_lines(scope, table))))


@pytest.fixture
def scope(make_study, answer):
    study = make_study(blocks=BOTH, trials=8)
    answer(study, 2, spoiled=2)
    answer(study, 1, kind="simulated")
    return Scope(study)


def test_a_row_for_every_trial_with_what_the_screen_did(scope):
    trials = read(scope, "trials")
    assert len(trials) == Trial.objects.filter(session__kind="live").count()
    flashed = trials[(trials.block == 1) & (trials.trial_kind == "scored")]
    assert set(flashed.planned_frames) == {6}
    assert set(flashed.achieved_frames) == {6}
    assert flashed.shown_ms.between(99.9, 100.1).all()
    assert (flashed.offset_ms - flashed.onset_ms).between(99.9, 100.1).all()
    assert set(flashed.browser) == {"Chrome"}
    assert flashed["keys"].str.fullmatch(r"real=[fj] generated=[fj]").all()
    assert flashed.rt_ms.gt(0).all()


def test_dtypes_are_what_they_mean(scope):
    trials = read(scope, "trials")
    for column in ("answered", "valid", "repeat", "repeated", "visible", "focused", "full_screen"):
        assert trials[column].dtype == bool, column
    for column in ("trial", "block", "version", "flashes", "dropped_frames"):
        assert trials[column].dtype == "int64", column
    assert trials.css_px.dtype == "float64"


def test_invalid_trials_stay_with_their_reason_and_their_repeat(scope):
    trials = read(scope, "trials")
    invalid = trials[~trials.valid]
    assert len(invalid) == 4
    assert invalid.invalid_reason.str.contains("came late").all()
    repeats = trials[trials.repeat]
    assert set(zip(repeats.session, repeats.repeat_of, strict=True)) == {
        (row.session, row.trial) for row in invalid[invalid.repeated].itertuples()
    }


def test_stimuli_are_told_by_digest_label_and_place(scope):
    trials = read(scope, "trials")
    images = {
        (image.sample_set.name, image.position): image
        for condition in scope.study.conditions.all()
        for image in condition.sample_set.images.select_related("sample_set")
    }
    for row in trials[trials.stimulus_image_condition == "gan"].itertuples():
        image = images["flash gan", row.stimulus_image_position]
        assert (row.stimulus_image_sha256, row.stimulus_image_label) == (image.sha256, image.label)
    real = trials[trials.stimulus_image_condition == "real"]
    assert real.stimulus_image_real.all()
    pairs = trials[trials.task == "pairwise"]
    assert pairs.stimulus_image_sha256.isna().all()
    assert pairs.stimulus_left_sha256.str.len().eq(64).all()


def test_scores_agree_with_the_database(scope):
    trials = read(scope, "trials")
    stored = {
        (str(r.session_id), r.trial.position + 1): r
        for r in Response.objects.filter(session__kind="live").select_related("trial")
    }
    for row in trials.itertuples():
        response = stored[row.session, row.trial]
        assert row.answer == response.answer["answer"]
        if row.task == "rapid_scene":
            assert row.truth == response.score["truth"]


def test_unanswered_trials_have_empty_answers(make_study, answer):
    study = make_study(blocks=FLASH, trials=4)
    (session,) = answer(study, 1)
    session.responses.all().delete()
    trials = read(Scope(study), "trials")
    assert not trials.answered.any()
    assert trials.answer.isna().all()
    assert trials.shown_ms.isna().all()


def test_an_empty_study_has_headers(make_study):
    scope = Scope(make_study(blocks=FLASH))
    for table in TABLES:
        assert "study" in read(scope, table).columns


def test_no_platform_id_gets_out(scope):
    for number, participant in enumerate(Participant.objects.all()):
        participant.external_id = f"PLATFORM-ID-{number}"
        participant.save()
    for table in TABLES:
        assert "PLATFORM-ID" not in "".join(export_lines(scope, table))


def test_simulated_raters_only_where_asked_for(scope):
    assert len(read(scope, "sessions")) == 2
    with_programs = Scope(scope.study, simulated=True)
    both = read(with_programs, "sessions")
    assert set(read(scope, "joined").judgements_source) == {"collected on this site"}
    assert read(with_programs, "joined").judgements_source.str.contains("Simulated raters are counted").all()
    assert sorted(both.session_kind) == ["live", "live", "simulated"]


def test_sessions_are_counted(scope):
    sessions = read(scope, "sessions")
    assert list(sessions.invalid) == [2, 2]
    assert list(sessions.trials) == list(sessions.answered)
    assert list(sessions.catch_answered) == [2, 2]
    assert list(sessions.catch_correct) == [2, 2]
    assert list(sessions.refresh_hz) == [60.0, 60.0]
    assert list(sessions.touch) == [False, False]


def test_trials_that_could_not_be_shown_stand_with_their_reason(make_study, answer, set_aside):
    study = make_study(trials=8)
    sessions = answer(study, 2)
    reason = set_aside(sessions[0])
    trials, counted = read(Scope(study), "trials"), read(Scope(study), "sessions")
    (row,) = trials[trials.set_aside_reason.notna()].itertuples()
    assert (row.session, row.answered, row.set_aside_reason) == (str(sessions[0].pk), False, reason)
    missing = counted.trials - counted.answered
    assert list(counted.set_aside) == list(missing) == [int(pk == row.session) for pk in counted.session]


def test_estimates_and_joined_tell_the_same_number(scope):
    estimates, joined = read(scope, "estimates"), read(scope, "joined").set_index("condition")
    one = estimates[(estimates.quantity == "d_prime") & (estimates.condition == "gan")].iloc[0]
    assert joined.loc["gan", "d_prime"] == one.value
    assert joined.loc["gan", "d_prime_low"] == one.low
    assert joined.loc["gan", "d_prime_n_raters"] == one.n_raters == 2
    assert joined.loc["gan", "d_prime_note"] == one.note


def test_differences_agree_with_estimates(scope):
    """Each pair of each quantity once; letters and ranks tell the same as the intervals."""
    found, estimates = read(scope, "comparisons"), read(scope, "estimates").fillna({"letters": ""})
    assert set(found.human) >= {"deception_rate_generated", "d_prime", "win_rate", "bradley_terry_strength"}
    flashed = found[found.human == "deception_rate_generated"].iloc[0]
    values = estimates[estimates.quantity == "deception_rate_generated"].set_index("condition").value
    assert flashed.value == pytest.approx(values[flashed.condition] - values[flashed["other"]])
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()
    assert ((found.p < 0.05) == found.higher.notna()).all()
    won = found[found.human == "win_rate"]
    assert set(won.condition) | set(won["other"]) == {"gan", "vae", "real"}
    assert set(won.n_comparisons) == {3}
    ranked = estimates[estimates.quantity == "win_rate"].set_index("condition")
    assert pd.isna(ranked.rank_best["real"])
    assert (ranked.rank_best.dropna() <= ranked.rank_worst.dropna()).all()
    shared = bool(set(ranked.letters["gan"]) & set(ranked.letters["vae"]))
    pair = won[won.condition.isin(["gan", "vae"]) & won["other"].isin(["gan", "vae"])]
    assert shared == pair.higher.isna().all()


def test_correlations_stand_observed_and_freed_of_error_everywhere(make_study, answer, admin_client, now):
    """The same number in the file, in the API and on the page."""
    names = tuple(f"model {number}" for number in range(11))
    study = make_study(conditions=names, trials=44, blocks=(("pairwise", {}),))
    answer(study, 6, strengths={name: number / 3 for number, name in enumerate(names)})
    for number, condition in enumerate(study.conditions.all()):
        import_values(
            sample_set=condition.sample_set, values={"fid": 40.0 - 3 * number + (number % 3)},
            provenance={"source": "theirs.csv", "digest": "ab" * 32}, now=now,
        )  # fmt: skip
    found = read(Scope(study), "correlations")
    rows = found[(found.human == "win_rate") & (found.metric == "fid")].set_index("coefficient")
    assert list(rows.index) == ["spearman", "kendall", "pearson", "pearson_freed"]
    freed, observed = rows.loc["pearson_freed"], rows.loc["pearson"]
    assert freed.value == pytest.approx(observed.value / freed.human_reliability**0.5)
    assert 0 < freed.human_reliability < 1
    assert pd.isna(freed.metric_reliability)
    assert "the metric has no interval for some conditions" in freed.note
    api = admin_client.get(f"/api/results/{study.slug}/", {"human": "win_rate"}).json()["agreement"][0]
    assert api["freed"]["value"] == pytest.approx(freed.value)
    page = admin_client.get(f"/results/{study.slug}/", {"human": "win_rate"}).content.decode()
    assert f"reliability: people {freed.human_reliability:.2f}" in page


def test_a_staircases_target_is_stated(make_study, answer):
    study = make_study(blocks=(("rapid_scene", {"exposure": "staircase"}),), trials=8)
    answer(study, 2)
    scope = Scope(study)
    assert read(scope, "trials").facts.str.contains("75.0%").all()
    assert read(scope, "estimates").facts.str.contains("75.0%").all()
    assert "75.0%" in codebook(scope)["facts"][0]


def test_every_column_is_in_the_codebook_and_the_reverse(scope):
    documented: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO("".join(codebook_lines(scope)))):
        documented.setdefault(row["table"], []).append(row["column"])
        assert row["help"].endswith("."), row
    assert documented == {table: list(read(scope, table).columns) for table in TABLES}
    listed = codebook(scope)["tables"]
    assert {name: [c["name"] for c in table["columns"]] for name, table in listed.items()} == documented
    json.dumps(codebook(scope))


def test_columns_are_unique(scope):
    for table in TABLES.values():
        names = [column.name for column in table.columns(scope)]
        assert len(names) == len(set(names)), table.name


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formulas_are_disarmed(text):
    (_, line) = csv_lines(["label"], [[text]])
    assert next(csv.reader(io.StringIO(line, newline="")))[0] == f"'{text}"


def test_numbers_and_harmless_text_stay_as_they_are():
    (_, line) = csv_lines(["a"] * 6, [[-1.5, True, None, "a=b", 'say "x", y', 3]])
    assert line == '-1.5,True,,a=b,"say ""x"", y",3\r\n'


@pytest.mark.parametrize("text", sorted(STR_NA_VALUES - {""}))
def test_words_that_pandas_takes_for_missing_stay_text(text):
    written = "".join(csv_lines(["label", "value"], [[text, 1.0], ["coat", None]]))
    assert pd.read_csv(io.StringIO(written))["label"].str.removeprefix("'").tolist() == [text, "coat"]


def test_unknown_table_is_refused_before_the_first_line(scope):
    with pytest.raises(UnknownTableError, match="no table named 'trails'; there are trials, sessions"):
        export_lines(scope, "trails")


def test_memory_does_not_grow_with_sessions(make_study, answer, django_assert_max_num_queries):
    study = make_study(blocks=FLASH, trials=4)
    answer(study, 1)
    sample = Response.objects.select_related("trial", "session", "session__participant").first()
    for _ in range(120):
        participant = Participant.objects.create(
            study=study, recruiter="open_link", created_at=sample.received_at
        )
        session = sample.session
        session.pk, session.participant = None, participant
        session.id = participant.id
        session.save(force_insert=True)
        trial = sample.trial
        trial.pk, trial.session = None, session
        trial.save(force_insert=True)
    lines = export_lines(Scope(study), "trials")
    for _ in range(40):
        next(lines)
    tracemalloc.start()
    assert sum(1 for _ in lines) > 80
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


def test_a_file_is_whole_or_not_there(tmp_path):
    def lines():
        yield "a\n"
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "out.csv", lines())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["a folder", "a pipe"])
def test_only_files_are_replaced(tmp_path, taken):
    place = tmp_path / "out.csv"
    place.mkdir() if taken == "a folder" else os.mkfifo(place)
    before = place.stat()
    with pytest.raises(OSError, match=r"Is a directory|Not a regular file"):
        write_whole(place, ["a"])
    assert place.stat().st_ino == before.st_ino
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_goes_on_leading_to_the_file(tmp_path):
    (tmp_path / "newest.csv").symlink_to(tmp_path / "monday.csv")
    write_whole(tmp_path / "newest.csv", ["a"])
    assert (tmp_path / "monday.csv").read_text() == "a"
    assert (tmp_path / "newest.csv").is_symlink()


def test_command_writes_the_table_and_its_codebook(scope, tmp_path, capsys):
    out = tmp_path / "trials.csv"
    call_command("export", "flash", "trials", "--out", str(out))
    assert pd.read_csv(out).equals(read(scope, "trials"))
    codebook = pd.read_csv(tmp_path / "trials_codebook.csv")
    assert set(codebook["table"]) == {"trials"}, "no other table's columns, which would have to be estimated"
    assert list(codebook["column"]) == list(pd.read_csv(tmp_path / "trials.csv").columns)
    assert "rows to" in capsys.readouterr().err


def test_command_prints_without_a_file(scope, capsys):
    call_command("export", "flash", "estimates")
    assert capsys.readouterr().out == "".join(export_lines(scope, "estimates"))


@pytest.mark.parametrize("out", [[], ["--out", "never written"]])
def test_command_lets_the_database_go_when_it_ends_early(scope, monkeypatch, out):
    closed = []

    def lines(_scope, _table):
        try:
            yield "header"
        finally:
            closed.append(True)

    def end(*_args):
        raise SystemExit

    terminal = io.StringIO()
    terminal.write = end
    monkeypatch.setattr(export, "export_lines", lines)
    monkeypatch.setattr(export, "write_whole", lambda _path, lines: end(next(lines)))
    with pytest.raises(SystemExit):
        call_command("export", "flash", "trials", *out, stdout=terminal)
    assert closed


def test_command_names_what_is_wrong(scope, tmp_path):
    with pytest.raises(CommandError, match="no study named 'flsh'; did you mean 'flash'"):
        call_command("export", "flsh", "trials")
    with pytest.raises(CommandError, match="invalid choice: 'trails'"):
        call_command("export", "flash", "trails")
    with pytest.raises(CommandError, match=r"can't be written \(No such file or directory\)"):
        call_command("export", "flash", "trials", "--out", str(tmp_path / "nowhere" / "a.csv"))


def test_a_study_whose_task_is_faulty_ends_the_command_with_the_sentence_on_its_file(scope, spoil_task):
    sentence = spoil_task(scope.study)
    with pytest.raises(CommandError) as caught:
        call_command("export", "flash", "trials", stdout=io.StringIO())
    assert str(caught.value) == sentence


def test_facts_of_shown_images_have_a_column_each(scope):
    shown = scope.study.conditions.get(name="gan").sample_set
    shown.fact_columns = ["label", "prompt"]
    shown.save()
    for image in shown.images.all():
        image.facts = {"prompt": f"prompt {image.position}"}
        image.save()
    trials = read(scope, "trials")
    assert not {"stimulus_image_facts", "stimulus_image_gold"} & set(trials.columns)
    told = trials[trials.stimulus_image_condition == "gan"]
    assert len(told)
    assert (
        told.stimulus_image_prompt == "prompt " + told.stimulus_image_position.astype(int).astype(str)
    ).all()
    assert trials[trials.stimulus_image_condition == "real"].stimulus_image_prompt.isna().all()
    left = trials[trials.stimulus_left_condition == "gan"]
    assert left.stimulus_left_prompt.str.startswith("prompt ").all()
