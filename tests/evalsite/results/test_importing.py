"""Files of others: what is taken, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import os

import pytest
from django.core.management import CommandError, call_command

from evalsite.results.export import export_lines
from evalsite.results.queries import tabulate
from evalsite.results.scope import Scope
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.samples.models import SampleSet
from evalsite.studies.models import Study
from evalsite.trials.models import Response, Session

pytestmark = pytest.mark.django_db

LONG = """participant,condition,truth,answer,stimulus,rt_ms
p1,gan,generated,real,a.png,812.5
p1,,real,real,r.png,
p2,vae,generated,generated,,640
p2,real,real,generated,,700
"""
RATES = "id,model,real_error_rate,generated_error_rate\nx1,gan,0.25,0.5\nx2,vae,0,1\n"
RATES_OPTIONS = ("--layout", "rates", "--columns", "participant=id,condition=model")
METRICS = "model,fid,recall\ngan,12.5,0.4\nVAE++,30,\n"


@pytest.fixture
def judgements(tmp_path):
    def run(text, *options, study="theirs"):
        path = tmp_path / "raters.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        call_command("import_judgements", str(path), "--study", study, *options)
        return Study.objects.get(slug=study)

    return run


@pytest.fixture
def metrics(tmp_path):
    def run(text, *options, study="theirs"):
        path = tmp_path / "metrics.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        call_command("import_metrics", str(path), "--study", study, *options)

    return run


def test_long_form_becomes_a_study(judgements):
    study = judgements(LONG)
    assert (study.state, study.source, study.assignment) == ("closed", "imported", "between")
    assert study.provenance["source"] == "raters.csv"
    assert len(study.provenance["digest"]) == 64
    assert sorted(Session.objects.values_list("kind", "condition")) == [
        ("imported", "gan"),
        ("imported", "vae"),
    ]
    assert Response.objects.get(rt_ms=812.5).score["correct"] is False
    scope = Scope(study)
    assert scope.notes[0].startswith(
        f"Judgements imported from raters.csv, SHA-256 {study.provenance['digest'][:12]}…"
    )
    assert "imported from raters.csv" in "".join(export_lines(scope, "joined"))
    table = tabulate(scope)
    assert table.rows[0].human["deception_rate_generated"].value == 1.0
    assert table.rows[1].human["deception_rate"].value == 0.5


def test_raters_who_saw_several_conditions_make_it_a_within_study(judgements):
    assert judgements(LONG + "p1,vae,generated,real,,\n").assignment == "within"


WITHIN = """participant,condition,truth,answer
p1,gan,generated,generated
p1,gan,real,real
p1,vae,generated,generated
p1,vae,real,generated
"""


def test_real_images_stand_beside_the_condition_that_the_file_names(judgements):
    table = tabulate(Scope(judgements(WITHIN)))
    rates = {row.condition: row.human["deception_rate_real"].value for row in table.rows}
    assert rates == {"gan": 0.0, "vae": 1.0}


def test_real_images_of_no_named_condition_stand_beside_all_of_their_rater(judgements):
    table = tabulate(Scope(judgements(WITHIN.replace("gan,real", ",real").replace("vae,real", "real,real"))))
    rates = {row.condition: row.human["deception_rate_real"].value for row in table.rows}
    assert rates == {"gan": 0.5, "vae": 0.5}


def test_rates_are_trials_again(judgements):
    study = judgements(
        RATES, "--layout", "rates", "--columns", "participant=id,condition=model", "--trials-per-truth", "4"
    )
    found = {row.condition: row.human for row in tabulate(Scope(study)).rows}
    assert found["gan"]["deception_rate_real"].value == 0.25
    assert found["gan"]["deception_rate_generated"].value == 0.5
    assert found["vae"]["deception_rate"].value == 0.5
    assert Response.objects.count() == 16


@pytest.mark.parametrize(
    "text", [LONG.encode("utf-8-sig"), LONG.replace(",", ";"), LONG.replace("\n", "\r\n")]
)
def test_marks_delimiters_and_line_ends_do_not_matter(judgements, text):
    judgements(text)
    assert Response.objects.count() == 4


def test_a_reference_set_can_be_named(judgements, make_set):
    reference = make_set("photos", "reference")
    assert judgements(LONG, "--reference", "photos").reference_set == reference
    with pytest.raises(CommandError, match="no reference set is named 'fotos'; did you mean 'photos'"):
        judgements(LONG, "--reference", "fotos", study="again")


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", (), "raters.csv is empty"),
        ("participant,condition,truth\n", (), "has no column 'answer'; it has participant, condition, truth"),
        ("participant,participant,truth\n", (), "two columns named 'participant'"),
        (LONG.splitlines()[0], (), "holds no judgement of a generated image"),
        (LONG + "p3,gan,fake,real,,\n", (), "line 6: truth was 'fake'; expected real or generated"),
        (LONG + "p3,gan,real,maybe,,\n", (), "line 6: answer was 'maybe'"),
        (LONG + "p3,,generated,real,,\n", (), "line 6: condition has 0 characters"),
        (LONG + "p3,real,generated,real,,\n", (), "line 6: the condition of a generated image was 'real'"),
        (LONG + ",gan,generated,real,,\n", (), "line 6: participant has 0 characters"),
        (LONG + "p3,gan,generated,real,,fast\n", (), "line 6: rt_ms was 'fast'; expected a finite number"),
        (LONG + "p3,gan,generated,real,,nan\n", (), "line 6: rt_ms was 'nan'; expected a finite number"),
        (LONG + "p3,gan,generated,real,,-5\n", (), "line 6: rt_ms was -5; expected 0 or more"),
        (LONG + f"p3,gan,generated,real,{'s' * 301},\n", (), "line 6: stimulus has 301 characters"),
        (LONG + "p\0,gan,generated,real,,\n", (), "line 6: a NUL, which no text holds"),
        (LONG + "p3,gan,generated,real,s\0,\n", (), "line 6: a NUL, which no text holds"),
        ("\0" * 999, (), "line 1: a NUL, which no text holds"),
        ("\x1b[31m,truth,answer\n", (), "has no column 'participant'; it has \\x1b[31m, truth, answer"),
        (LONG + "p3,gan,generated\n", (), "line 6: 3 cells where the header has 6"),
        (LONG + f"p3,{'g' * 81},generated,real,,\n", (), "line 6: condition has 81 characters"),
        (LONG.encode("utf-16"), (), "is not UTF-8 text"),
        (LONG + 'p3,"gan,generated,real,,\n', (), "is no CSV file"),
        (LONG, ("--columns", "particpant=id"), "means 'particpant'; did you mean 'participant'"),
        (LONG, ("--columns", "participant=condition"), "'condition' would mean participant and condition"),
        (LONG, ("--columns", "participant"), "is no pair; expected NAME=NAME"),
        (LONG, ("--layout", "wide"), "invalid choice: 'wide'"),
        (RATES, ("--layout", "rates"), "has no column 'participant'"),
        (
            RATES.replace("0.25", "0.255"), RATES_OPTIONS,
            "line 2: real_error_rate was 0.255, which is no whole number of 100",
        ),
        (
            RATES.replace("0.25", "1.25"), RATES_OPTIONS,
            "line 2: real_error_rate was 1.25",
        ),
        (RATES, ("--layout", "rates", "--trials-per-truth", "0"), "a whole number from 1 to 100,000"),
        (RATES, ("--layout", "rates", "--trials-per-truth", "9" * 12), "from 1 to 100,000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_changes(judgements, text, options, sentence):
    with pytest.raises(CommandError) as refused:
        judgements(text, *options)
    assert sentence in str(refused.value)
    assert not Study.objects.exists()
    assert not SampleSet.objects.exists()


def test_names_of_studies(judgements):
    with pytest.raises(CommandError, match="'theirs-2023' would do"):
        judgements(LONG, study="Theirs 2023")
    judgements(LONG)
    with pytest.raises(CommandError, match="there is a study named 'theirs' already"):
        judgements(LONG)
    assert Study.objects.count() == 1


def test_a_studys_name_is_of_a_length_that_every_database_keeps(judgements):
    judgements(LONG, study="x" * 80)
    with pytest.raises(CommandError, match="has 81 characters; give one of at most 80"):
        judgements(LONG, study="y" * 81)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CommandError, match="pipe is not a regular file; save what it gives"):
        call_command("import_judgements", str(tmp_path / "pipe"), "--study", "theirs")


def test_a_files_name_that_no_screen_shows_is_written_as_codes(judgements, tmp_path):
    path = os.fsencode(tmp_path) + b"/a\nb\xff.csv"
    with open(path, "w") as file:
        file.write(LONG)
    call_command("import_judgements", os.fsdecode(path), "--study", "theirs")
    study = Study.objects.get()
    assert study.provenance["source"] == r"a\nb\udcff.csv"
    assert study.reference_set.origin == r"judgements imported from a\nb\udcff.csv"


def test_a_missing_file_is_named():
    with pytest.raises(CommandError, match=r"nowhere.csv can't be read \(No such file or directory\)"):
        call_command("import_judgements", "nowhere.csv", "--study", "theirs")


def test_metrics_go_beside_their_conditions(judgements, metrics):
    study = judgements(LONG)
    metrics(METRICS, "--alias", "VAE++=vae", "--better", "recall=higher")
    rows = {row.condition: row.metrics for row in tabulate(Scope(study)).rows}
    assert rows["gan"]["fid"].value == 12.5
    assert rows["gan"]["recall"].better == "higher"
    assert rows["vae"]["fid"].value == 30.0
    assert "recall" not in rows["vae"]
    assert rows["vae"]["fid"].imported["name_in_file"] == "VAE++"
    assert rows["vae"]["fid"].imported["source"] == "metrics.csv"


def test_the_same_file_twice_is_the_same_values_once(judgements, metrics):
    judgements(LONG)
    for _ in range(2):
        metrics(METRICS, "--alias", "VAE++=vae")
    assert MetricRun.objects.count() == 2


def test_aliases_may_come_from_a_file_and_columns_be_chosen(judgements, metrics, tmp_path):
    judgements(LONG)
    (tmp_path / "aliases.csv").write_text("name,condition\nVAE++,vae\n")
    metrics(
        METRICS,
        "--alias-file",
        str(tmp_path / "aliases.csv"),
        "--quantity",
        "fid",
        "--condition-column",
        "model",
    )
    assert set(MetricValue.objects.values_list("quantity", flat=True)) == {"fid"}


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (METRICS, (), "no condition of the study is named 'VAE++' (did you mean 'vae'?)"),
        (METRICS, ("--alias", "VAE++=vea"), "leads to 'vea', which is no condition; did you mean 'vae'"),
        (METRICS, ("--alias", "VEA++=vae"), "the alias 'VEA++' is not in the file; did you mean 'VAE++'"),
        (METRICS, ("--alias", "VAE++=gan"), "'gan' and 'VAE++' both mean 'gan'"),
        (METRICS, ("--quantity", "kid"), "has no column 'kid'; it has model, fid, recall"),
        (METRICS, ("--better", "fdi=lower"), "no quantity named 'fdi' is imported; did you mean 'fid'"),
        (METRICS, ("--better", "fid=less"), "better 'less'; say higher or lower"),
        (
            METRICS.replace("12.5", "low"),
            ("--alias", "VAE++=vae"),
            "line 2: fid was 'low'; expected a finite number",
        ),
        (METRICS.replace("12.5", "inf"), ("--alias", "VAE++=vae"), "line 2: fid was 'inf'"),
        (METRICS.replace("12.5", "nan"), ("--alias", "VAE++=vae"), "fid was 'nan'; expected a finite number"),
        (METRICS.replace("VAE++", "gan"), (), "line 3: model was 'gan'; expected each name once"),
        ("model,fid\n", (), "holds no values"),
        ("model,f\x1bd\ngan,1\n", (), r"the column f\x1bd is named in characters that can't be seen"),
        ("model,f\0d\ngan,1\n", (), "line 1: a NUL, which no text holds"),
        ("name,fid\ngan,1\n", (), "has no column 'condition'"),
        ("", (), "metrics.csv is empty"),
    ],
)
def test_wrong_metrics_are_named_and_nothing_changes(judgements, metrics, text, options, sentence):
    judgements(LONG)
    with pytest.raises(CommandError) as refused:
        metrics(text, *options)
    assert sentence in str(refused.value)
    assert not MetricRun.objects.exists()


def test_metrics_of_an_unknown_study(metrics):
    with pytest.raises(CommandError, match="no study named 'theirs'; there is none yet"):
        metrics(METRICS)
