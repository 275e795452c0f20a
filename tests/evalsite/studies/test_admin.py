from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client

from evalsite.samples.models import SampleSet
from evalsite.studies.forms import PREFIX
from evalsite.studies.models import Block, Study, StudyVersion
from evalsite.studies.services import close_study, open_study, preview_version
from evalsite.tasks import registry
from evalsite.trials.models import Participant, Session

pytestmark = pytest.mark.django_db

ADD = "/admin/studies/study/add/"


def page_of(study: Study, page: str = "change") -> str:
    return f"/admin/studies/study/{study.pk}/{page}/"


def block_page(block: Block) -> str:
    return f"/admin/studies/block/{block.pk}/change/"


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def words(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def shown(response: HttpResponse) -> dict[str, Any]:
    """What a browser would send back if nothing on the page were touched."""
    sent: dict[str, Any] = {}
    context = response.context[0] if isinstance(response.context, list) else response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                sent[field.html_name] = str(value).replace("\n", "\r\n")
    return sent


@pytest.fixture
def new_study(
    admin_client: Client, reference: SampleSet, make_set: Callable[..., SampleSet]
) -> dict[str, Any]:
    """A new study's form as a researcher fills it in."""
    return {
        **shown(admin_client.get(ADD)),
        "title": "Can you tell?",
        "slug": "tell",
        "reference_set": reference.pk,
        "conditions-0-sample_set": make_set("gan samples").pk,
        "blocks-0-task": "rapid_scene",
        "blocks-0-trials_per_block": 12,
    }


def test_a_study_is_set_up_opened_and_closed_by_forms_alone(
    admin_client: Client, admin_user: User, new_study: dict[str, Any]
) -> None:
    made = admin_client.post(ADD, new_study, follow=True)
    study = Study.objects.get(slug="tell")
    assert made.redirect_chain == [(page_of(study), 302)]
    assert "16 trials a session" in words(made)
    assert (study.created_by, study.state) == (admin_user, "draft")
    assert [condition.name for condition in study.conditions.all()] == ["gan samples"]
    block = study.blocks.get()
    assert block.params == registry.get("rapid_scene").Params().to_json()
    assert block_page(block) in words(made)

    params = shown(admin_client.get(block_page(block)))
    saved = admin_client.post(block_page(block), {**params, PREFIX + "exposure_ms": "250"}, follow=True)
    assert saved.redirect_chain == [(page_of(study), 302)]
    assert "exposure_ms 250" in words(saved)

    assert "Open to raters" in words(admin_client.get(page_of(study, "open")))
    opened = admin_client.post(page_of(study, "open"), follow=True)
    assert "raters who come from now on meet version 1" in words(opened)
    version = StudyVersion.objects.get()
    assert version.protocol["blocks"][0]["params"]["exposure_ms"] == 250
    assert version.digest[:16] in words(opened)
    assert "http://testserver/r/tell/" in words(opened)

    admin_client.post(page_of(study, "close"))
    study.refresh_from_db()
    assert study.state == "closed"


def test_a_qualification_and_attention_are_asked_for_by_forms(admin_client: Client, study: Study) -> None:
    Block.objects.create(study=study, task="rapid_scene", position=1, trials_per_block=8)
    form = shown(admin_client.get(page_of(study)))
    admin_client.post(page_of(study), {**form, "attention_share": "0.8"})
    first = study.blocks.order_by("position").first()
    page = admin_client.get(block_page(first))
    assert "shows every rater all conditions evenly" in words(page)
    params = shown(page)
    saved = admin_client.post(block_page(first), {**params, "qualification_share": "0.65"}, follow=True)
    assert "qualification 0.65" in words(saved)
    study.refresh_from_db()
    first.refresh_from_db()
    assert (study.attention_share, first.qualification_share) == (0.8, 0.65)
    refused = admin_client.post(block_page(first), {**params, "qualification_share": "65"})
    assert "less than or equal to 1" in words(refused)


def test_a_new_row_comes_last(admin_client: Client, study: Study) -> None:
    form = shown(admin_client.get(page_of(study)))
    assert (form["conditions-2-position"], form["blocks-1-position"]) == ("2", "1")
    unchanged = admin_client.post(page_of(study), form, follow=True)
    assert unchanged.status_code == 200
    assert (study.conditions.count(), study.blocks.count()) == (2, 1), "blank rows are not saved"
    admin_client.post(page_of(study), {**form, "blocks-1-task": "pairwise"})
    assert [block.task for block in study.blocks.all()] == ["rapid_scene", "pairwise"]


def test_a_site_without_real_images_says_where_they_come_from(admin_client: Client) -> None:
    assert "import a reference set under Sample sets first" in words(admin_client.get(ADD))


def test_a_condition_takes_its_sets_name_and_never_that_of_the_real_images(
    admin_client: Client, new_study: dict[str, Any]
) -> None:
    refused = admin_client.post(ADD, {**new_study, "conditions-0-name": "Real"})
    assert "names the real images in results" in words(refused)
    assert not Study.objects.exists()


def test_two_conditions_of_one_name_are_refused(admin_client: Client, study: Study) -> None:
    form = shown(admin_client.get(page_of(study)))
    refused = admin_client.post(page_of(study), {**form, "conditions-1-name": form["conditions-0-name"]})
    assert refused.status_code == 200
    assert "correct the" in words(refused)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stimulus_px", "4"),
        ("display_px", "5000"),
        ("slug", "not a slug"),
        ("title", ""),
        ("consent_text", " "),
        ("recruiter", "nobody"),
        ("attention_share", "80"),
        ("attention_share", "0"),
        ("blocks-0-task", "nothing"),
        ("blocks-0-trials_per_block", "0"),
        ("blocks-0-practice_trials", "-1"),
        ("conditions-0-sample_set", "999"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_made(
    admin_client: Client, new_study: dict[str, Any], field: str, value: str
) -> None:
    response = admin_client.post(ADD, {**new_study, field: value})
    assert response.status_code == 200
    assert "correct the error" in words(response)
    assert not Study.objects.exists()


def test_real_images_and_sets_held_elsewhere_are_not_offered_as_conditions(
    admin_client: Client, study: Study, reference: SampleSet, make_set: Callable[..., SampleSet]
) -> None:
    SampleSet.objects.create(name="held elsewhere", kind="generated", created_at=study.created_at)
    page = words(admin_client.get(page_of(study)))
    assert "held elsewhere" not in page
    assert page.count(">real photographs<") == 1


def test_the_page_says_what_is_missing(admin_client: Client, study: Study) -> None:
    study.blocks.all().delete()
    page = words(admin_client.get(page_of(study)))
    assert "There is no block; add at least one, with a task." in page
    assert "Preview as a rater" not in page
    refused = admin_client.post(page_of(study, "open"))
    assert refused.status_code == 409
    assert "There is no block" in words(refused)
    assert "Open to raters" not in words(refused)


def test_the_page_warns_of_images_of_another_size(admin_client: Client, study: Study) -> None:
    assert "may look softer" not in words(admin_client.get(page_of(study)))
    study.conditions.get(name="gan").sample_set.images.update(width_px=16, height_px=20)
    page = words(admin_client.get(page_of(study)))
    assert "Real images are 8 pixels across and those of &#x27;gan&#x27; 16" in page


def test_the_page_warns_of_the_block_that_shows_images_again(admin_client: Client, study: Study) -> None:
    Block.objects.create(study=study, task="rapid_scene", position=1, trials_per_block=200)
    said = words(admin_client.get(page_of(study)))
    assert "Block 2 shows a rater 102 real images, 14 of them seen before in the session" in said
    assert "Block 1 shows" not in said


def test_another_task_starts_from_its_own_defaults(admin_client: Client, study: Study) -> None:
    study.blocks.update(params={"exposure_ms": 250})
    form = shown(admin_client.get(page_of(study)))
    admin_client.post(page_of(study), form)
    assert study.blocks.get().params == {"exposure_ms": 250}
    admin_client.post(page_of(study), {**form, "blocks-0-task": "pairwise"})
    assert study.blocks.get().params == registry.get("pairwise").Params().to_json()


def test_bad_params_show_at_their_field_and_change_nothing(admin_client: Client, study: Study) -> None:
    block = study.blocks.get()
    form = shown(admin_client.get(block_page(block)))
    response = admin_client.post(block_page(block), {**form, PREFIX + "exposure_ms": "9"})
    assert "greater than or equal to 10" in words(response)
    assert study.blocks.get().params == {}


def test_saving_an_open_study_unchanged_makes_no_version(
    admin_client: Client, study: Study, now: datetime
) -> None:
    open_study(study=study, now=now)
    form = shown(admin_client.get(page_of(study)))
    response = admin_client.post(page_of(study), form, follow=True)
    assert "meet version 1" in words(response)
    assert study.versions.count() == 1


def test_changing_an_open_study_makes_a_version(admin_client: Client, study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    page = admin_client.get(page_of(study))
    assert "Saving a change opens a new version" in words(page)
    response = admin_client.post(page_of(study), {**shown(page), "title": "New title"}, follow=True)
    assert "meet version 2" in words(response)
    block = study.blocks.get()
    form = shown(admin_client.get(block_page(block)))
    response = admin_client.post(block_page(block), {**form, PREFIX + "mask_ms": "60"}, follow=True)
    assert "meet version 3" in words(response)
    assert [version.protocol["title"] for version in study.versions.all()] == [
        "Faces",
        "New title",
        "New title",
    ]


def test_an_open_study_that_is_broken_is_saved_and_raters_stay_where_they_were(
    admin_client: Client, study: Study, now: datetime
) -> None:
    open_study(study=study, now=now)
    form = shown(admin_client.get(page_of(study)))
    response = admin_client.post(page_of(study), {**form, "blocks-0-DELETE": "on"}, follow=True)
    assert "raters still meet the version before: There is no block" in words(response)
    assert not study.blocks.exists()
    assert study.versions.count() == 1
    study.refresh_from_db()
    assert study.state == "open"


def test_the_name_of_a_study_that_raters_have_a_link_to_stays(
    admin_client: Client, study: Study, now: datetime
) -> None:
    open_study(study=study, now=now)
    close_study(study=study)
    form = shown(admin_client.get(page_of(study)))
    admin_client.post(page_of(study), {**form, "slug": "other", "title": "Other"})
    study.refresh_from_db()
    assert (study.slug, study.title) == ("faces", "Other")


def test_a_version_is_shown_and_never_edited(admin_client: Client, study: Study, now: datetime) -> None:
    version = open_study(study=study, now=now)
    page = words(admin_client.get(page_of(study, "versions/1")))
    assert version.digest in page
    assert "&quot;task&quot;: &quot;rapid_scene&quot;" in page
    assert not re.search(r'name="(protocol|digest|number|opened_at)"', page)
    assert admin_client.get(page_of(study, "versions/2")).status_code == 404


def test_a_previews_version_is_no_version(admin_client: Client, study: Study) -> None:
    preview_version(study)
    assert admin_client.get(page_of(study, "versions/0")).status_code == 404
    assert "Versions</caption>" not in words(admin_client.get(page_of(study)))


def test_opening_and_closing_ask_first(admin_client: Client, study: Study, now: datetime) -> None:
    admin_client.get(page_of(study, "open"))
    study.refresh_from_db()
    assert study.state == "draft"
    open_study(study=study, now=now)
    admin_client.get(page_of(study, "close"))
    study.refresh_from_db()
    assert study.state == "open"


@pytest.mark.parametrize("page", ["open", "close"])
def test_opening_and_closing_need_permission_to_change(study: Study, client: Client, page: str) -> None:
    assert client.post(page_of(study, page)).status_code == 302
    looker = staff("view_study")
    assert looker.get(page_of(study, page)).status_code == 403
    assert looker.post(page_of(study, page)).status_code == 403
    study.refresh_from_db()
    assert study.state == "draft"


def test_who_may_only_look_sees_no_buttons(study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    looker = staff("view_study", "view_condition", "view_block")
    page = words(looker.get(page_of(study)))
    assert "Preview as a rater" not in page
    assert "Close…" not in page
    assert f'href="/results/{study.slug}/">Results</a>' in page
    assert "Export trials" not in page
    assert looker.get(page_of(study, "versions/1")).status_code == 200
    assert looker.get(block_page(study.blocks.get())).status_code == 200
    assert looker.post(block_page(study.blocks.get()), {}).status_code == 403


def test_who_may_read_responses_can_export_them_from_here(study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    reader = staff("view_study", "view_condition", "view_block", "view_response")
    page = reader.get(page_of(study)).content.decode()
    for table in ("trials", "sessions", "estimates", "joined", "codebook"):
        assert reader.get(f"/results/{study.slug}/export/{table}.csv").status_code == 200
        assert f"/results/{study.slug}/export/{table}.csv" in page


def test_who_may_not_look_sees_nothing(study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    stranger = staff("view_sampleset")
    for page in ("change", "open", "close", "versions/1"):
        assert stranger.get(page_of(study, page)).status_code == 403
    assert stranger.get(block_page(study.blocks.get())).status_code == 403


def test_a_post_without_its_token_is_refused(admin_user: User, study: Study) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(page_of(study, "open")).status_code == 403
    study.refresh_from_db()
    assert study.state == "draft"


def test_a_study_with_sessions_is_not_deleted_and_says_why(
    admin_client: Client, study: Study, now: datetime
) -> None:
    version = open_study(study=study, now=now)
    participant = Participant.objects.create(study=study, recruiter="open_link", created_at=now)
    Session.objects.create(
        participant=participant, study=study, version=version, seed=1, created_at=now, last_seen_at=now
    )
    for method in (admin_client.get, admin_client.post):
        response = method(page_of(study, "delete"), follow=True)
        assert "is not deleted: 1 session is part of it. Close it instead" in words(response)
    assert Study.objects.filter(pk=study.pk).exists()


def test_a_study_without_sessions_is_deleted_after_asking(
    admin_client: Client, study: Study, now: datetime
) -> None:
    open_study(study=study, now=now)
    assert "Are you sure" in words(admin_client.get(page_of(study, "delete")))
    assert Study.objects.exists()
    admin_client.post(page_of(study, "delete"), {"post": "yes"})
    assert not Study.objects.exists()


def test_judgements_collected_elsewhere_are_shown_and_not_set_up(admin_client: Client, study: Study) -> None:
    Study.objects.filter(pk=study.pk).update(source="imported")
    page = words(admin_client.get(page_of(study)))
    assert "collected elsewhere" in page
    assert 'name="title"' not in page
    for place in (page_of(study), page_of(study, "open"), block_page(study.blocks.get())):
        assert admin_client.post(place, {}).status_code == 403


def test_blocks_are_found_in_their_studies_only(admin_client: Client, study: Study) -> None:
    assert "/admin/studies/block/" not in words(admin_client.get("/admin/"))
    assert admin_client.get("/admin/studies/block/add/").status_code == 403
    assert admin_client.get(f"/admin/studies/block/{study.blocks.get().pk}/delete/").status_code == 403


def test_a_block_whose_task_is_gone_can_still_be_looked_at(admin_client: Client, study: Study) -> None:
    study.blocks.update(task="gone")
    assert admin_client.get(block_page(study.blocks.get())).status_code == 200
    assert "no task named &#x27;gone&#x27;" in words(admin_client.get(page_of(study)))


def test_the_list_says_state_version_and_length(admin_client: Client, study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    page = words(admin_client.get("/admin/studies/study/"))
    assert "faces" in page
    assert ">23<" in page.replace(" ", "")


def test_no_page_of_ours_holds_inline_script(admin_client: Client, study: Study, now: datetime) -> None:
    open_study(study=study, now=now)
    for page in ("change", "open", "close", "versions/1"):
        html = admin_client.get(page_of(study, page)).content.decode()
        inline = [
            tag for tag in re.findall(r"<script\b[^>]*>", html) if "src=" not in tag and "json" not in tag
        ]
        assert inline == []
        assert not re.search(r"\son(click|change|submit|load)=", html)


def test_a_study_that_is_not_there_sends_back(admin_client: Client) -> None:
    assert admin_client.get("/admin/studies/study/99/change/").status_code == 302
    assert admin_client.get("/admin/studies/study/99/open/").status_code == 404


def test_a_faulty_task_stops_neither_the_studys_page_nor_its_blocks(
    admin_client: Client, study: Study, faulty_task: str
) -> None:
    Block.objects.create(study=study, task="mine", trials_per_block=5, params={"size": 3})
    assert faulty_task.replace("'", "&#x27;") in words(admin_client.get(page_of(study)))
    for block in study.blocks.all():
        assert admin_client.get(block_page(block)).status_code == 200
    assert admin_client.get(ADD).status_code == 200
