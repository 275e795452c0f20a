"""The results pages: who may read them, what they say, what they hand out."""

from __future__ import annotations

import html
import io

import pandas as pd
import pytest
from django.contrib.auth.models import Permission, User
from PIL import Image

from evalsite.jobs.models import Job
from evalsite.runs.models import MetricRun
from evalsite.runs.records import import_values

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "", "flash/", "flash/progress/", "flash/plots/ranking.json", "flash/plots/ranking.png",
    "flash/plots/scatter.svg", "flash/export/trials.csv", "flash/export/codebook.csv",
    "flash/export/codebook.json",
)  # fmt: skip


@pytest.fixture
def analyst(client):
    user = User.objects.create_user("analyst", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_study", "view_response")))
    client.force_login(user)
    return client


@pytest.fixture
def study(make_study, answer, now):
    study = make_study(trials=8)
    answer(study, 3, ability=2.0)
    for number, condition in enumerate(study.conditions.all()):
        provenance = {"source": "theirs.csv", "digest": "ab" * 32}
        import_values(
            sample_set=condition.sample_set, values={"fid": 10.0 + number}, provenance=provenance, now=now
        )
    return study


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_are_sent_to_log_in(client, address):
    answer = client.get(f"/results/{address}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_users_without_permission_are_refused(client, address):
    client.force_login(User.objects.create_user("nobody", password="x"))
    assert client.get(f"/results/{address}").status_code == 403


def test_an_empty_site_says_what_to_do_next(analyst):
    assert "No study yet" in analyst.get("/results/").content.decode()


def test_the_list_counts_raters(analyst, study):
    page = analyst.get("/results/").content.decode()
    assert 'href="/results/flash/"' in page
    assert '<td class="number">3</td>' in page


def test_a_study_that_nobody_answered_gives_its_link(analyst, make_study):
    make_study()
    page = analyst.get("/results/flash/").content.decode()
    assert "http://testserver/r/flash/" in page
    assert "data-plot" not in page


def test_trials_that_could_not_be_shown_are_an_alarm_with_reason_and_next_move(
    analyst, make_study, answer, set_aside
):
    sessions = answer(make_study(trials=8), 2)
    assert "could not be shown" not in analyst.get("/results/flash/").content.decode()
    reason = set_aside(sessions[0])
    page = html.unescape(analyst.get("/results/flash/").content.decode())
    assert "1 trial was set aside for 1 rater" in page
    assert f"{reason} (1)" in page
    assert "manage.py check_store" in page


def test_values_that_were_not_measured_alike_are_told_apart_on_the_page_in_the_plot_and_the_file(
    analyst, study, now
):
    other = {"source": "others.csv", "digest": "cd" * 32}
    import_values(
        sample_set=study.conditions.last().sample_set, values={"fid": 3.0}, provenance=other, now=now
    )
    said = "values differ in where they were measured"
    assert analyst.get("/results/flash/").content.decode().count(said) == 2, "at the values and the agreement"
    assert said in analyst.get("/results/flash/plots/scatter.json").content.decode()
    joined = pd.read_csv(io.StringIO(b"".join(analyst.get("/results/flash/export/joined.csv")).decode()))
    assert joined["fid_note"].str.contains(said).all()


def test_the_table_has_both_sides_with_provenance(analyst, study):
    page = analyst.get("/results/flash/").content.decode()
    assert "What people said" in page
    assert "What machines measured" in page
    assert "n = 3" in page
    assert "Imported from theirs.csv, SHA-256 abababababab…" in page
    assert "Only 3 raters: the interval is uncertain itself." in page
    assert "2 conditions have both values; a correlation needs at least 3" in page.lower().replace(
        "2 c", "2 c"
    )


def test_ranks_are_ranges_and_letters_with_their_reason(analyst, study):
    page = analyst.get("/results/flash/").content.decode()
    assert "1–2" in page
    assert '<td class="letters">a</td>' in page
    assert "one family of simultaneous comparisons (1 pair, 95 % over all together;" in page
    assert "≈" not in page


def test_simulated_raters_are_named_where_they_count(analyst, make_study, answer):
    answer(make_study(trials=8), 2, kind="simulated")
    page = analyst.get("/results/flash/?simulated=on").content.decode()
    assert "Simulated raters are counted" in page
    assert "simulated=on&amp;human=deception_rate" in page


def test_names_are_escaped(analyst, make_study, answer):
    study = make_study(conditions=("<script>", "b"), trials=8)
    answer(study, 2)
    assert "<script>" not in analyst.get("/results/flash/").content.decode().replace("<script src", "")


@pytest.mark.parametrize(
    "address",
    ["flash/?human=beauty", "flash/?metric=fdi", "flash/?metric=%00", "nowhere/", "flash/plots/pie.json"],
)
def test_unknown_names_are_not_found(analyst, study, address):
    assert analyst.get(f"/results/{address}").status_code == 404


def test_a_faulty_task_is_a_sentence_on_its_studys_page_and_stops_no_other(
    analyst, study, make_study, spoil_task
):
    make_study(slug="other", trials=8)
    sentence = spoil_task(study)
    page = analyst.get("/results/flash/")
    assert page.status_code == 500
    assert sentence.replace("'", "&#x27;") in page.content.decode()
    assert analyst.get("/results/").status_code == 200
    assert analyst.get("/results/other/").status_code == 200


def test_a_plot_of_nothing_is_not_found(analyst, make_study):
    make_study()
    assert analyst.get("/results/flash/plots/ranking.png").status_code == 404


@pytest.mark.parametrize("name", ["ranking", "intervals", "scatter", "exposures"])
def test_plots_come_as_json_and_as_files(analyst, study, name):
    plot = analyst.get(f"/results/flash/plots/{name}.json").json()
    assert plot["figure"]["data"]
    assert plot["caption"]
    png = analyst.get(f"/results/flash/plots/{name}.png")
    assert Image.open(io.BytesIO(png.content)).format == "PNG"
    assert png["Content-Disposition"] == f'attachment; filename="flash_{name}.png"'
    assert analyst.get(f"/results/flash/plots/{name}.svg")["Content-Type"] == "image/svg+xml"


def test_scatter_follows_the_choice(analyst, study):
    plot = analyst.get("/results/flash/plots/scatter.json?human=d_prime&metric=fid").json()
    assert plot["figure"]["layout"]["yaxis"]["title"]["text"].startswith("d′")


def test_where_values_come_from_is_said_beside_plots_and_in_their_files(analyst, study, answer):
    said = "Imported from theirs.csv, SHA-256 abababababab…"
    assert said in analyst.get("/results/flash/plots/scatter.json").json()["caption"]
    assert said[:30] in analyst.get("/results/flash/plots/scatter.svg").content.decode()
    answer(study, 1, kind="simulated")
    assert "imulated" not in analyst.get("/results/flash/plots/ranking.svg").content.decode()
    counted = analyst.get("/results/flash/plots/ranking.svg?simulated=on").content.decode()
    assert "Simulated raters are counted" in counted


def test_tables_are_streamed(analyst, study):
    for name in ("trials", "sessions", "estimates", "joined"):
        answer = analyst.get(f"/results/flash/export/{name}.csv")
        assert answer.streaming
        assert len(pd.read_csv(io.BytesIO(b"".join(answer.streaming_content)))) > 1
    assert analyst.get("/results/flash/export/trails.csv").status_code == 404


def test_readers_without_responses_get_no_tables(client, study):
    user = User.objects.create_user("reader", password="x")
    user.user_permissions.set(Permission.objects.filter(codename="view_study"))
    client.force_login(user)
    assert "trials.csv" not in client.get("/results/flash/").content.decode()
    assert client.get("/results/flash/export/trials.csv").status_code == 403


def test_metric_runs_are_followed_until_they_end(analyst, study, now):
    job = Job.objects.create(
        kind="evaluation", title="Measure gan", state="running", done_units=1, total_units=4, created_at=now
    )
    sample_set = study.conditions.first().sample_set
    MetricRun.objects.create(sample_set=sample_set, metrics=["fid"], job=job, created_at=now)
    page = analyst.get("/results/flash/").content.decode()
    assert 'hx-get="/results/flash/progress/?finished=0"' in page
    assert 'value="0.250"' in page
    assert "HX-Refresh" not in analyst.get("/results/flash/progress/?finished=0")
    Job.objects.update(state="failed", error="The weights are missing; put them there.")
    ended = analyst.get("/results/flash/progress/?finished=0")
    assert ended["HX-Refresh"] == "true"
    assert "hx-get" not in ended.content.decode()
    assert "The weights are missing" in ended.content.decode()


def test_only_the_studys_page_relaxes_styles(analyst, study):
    assert "style-src 'self' 'unsafe-inline'" in analyst.get("/results/flash/")["Content-Security-Policy"]
    assert "unsafe-inline" not in analyst.get("/results/")["Content-Security-Policy"]
    assert "script-src" not in analyst.get("/results/flash/")["Content-Security-Policy"]


def test_simulated_raters_count_unasked_where_there_are_no_others(analyst, make_study, answer):
    answer(make_study(trials=8), 2, kind="simulated")
    page = analyst.get("/results/flash/").content.decode()
    assert "<strong>Simulated raters are counted</strong>" in page
    assert "No person has answered to the end yet." in page
    assert "Count simulated raters" not in page, "nothing would be left without them"


def test_simulated_raters_never_count_unasked_beside_people(analyst, make_study, answer):
    study = make_study(trials=8)
    answer(study, 2, kind="simulated")
    answer(study, 1)
    page = analyst.get("/results/flash/").content.decode()
    assert "<strong>Simulated raters are counted</strong>" not in page
