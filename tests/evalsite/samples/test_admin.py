from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from evalsite.samples.models import SampleSet
from evalsite.samples.services import import_sample_set

Encoded = Callable[..., bytes]
Maker = Callable[..., Path]

pytestmark = pytest.mark.django_db


@pytest.fixture
def pets(archive: Maker, encoded: Encoded, now: datetime) -> SampleSet:
    files = {"cat/1.png": encoded(1, size=(200, 100)), "dog/2.png": encoded(2, mode="P")}
    return import_sample_set(name="pets", kind="reference", source=archive(files), now=now).sample_set


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def thumbnail(sample_set: SampleSet, position: int = 0) -> str:
    return f"/admin/samples/sampleset/{sample_set.pk}/images/{position}.png"


def test_the_page_shows_what_a_set_holds(admin_client: Client, pets: SampleSet) -> None:
    page = admin_client.get(f"/admin/samples/sampleset/{pets.pk}/change/").content.decode()
    assert pets.manifest_digest in page
    assert "cat (1), dog (1)" in page
    assert "palette to RGB (1)" in page
    assert page.count("/images/") == 2
    assert thumbnail(pets, 1) in page


def test_a_thumbnail_is_small_and_private(admin_client: Client, pets: SampleSet) -> None:
    response = admin_client.get(thumbnail(pets))
    assert response["Content-Type"] == "image/png"
    assert "private" in response["Cache-Control"]
    assert Image.open(io.BytesIO(response.content)).size == (96, 48)


def test_thumbnails_are_for_staff_who_may_see_sets(client: Client, pets: SampleSet) -> None:
    assert client.get(thumbnail(pets)).status_code == 302
    assert staff("view_study").get(thumbnail(pets)).status_code == 403


def test_view_permission_is_enough_to_look(pets: SampleSet) -> None:
    client = staff("view_sampleset")
    assert client.get(thumbnail(pets)).status_code == 200
    assert client.get(f"/admin/samples/sampleset/{pets.pk}/change/").status_code == 200
    assert client.get("/admin/samples/sampleset/add/").status_code == 403


def test_what_is_not_there_is_not_found(admin_client: Client, pets: SampleSet, data_folder: Path) -> None:
    assert admin_client.get(thumbnail(pets, 9)).status_code == 404
    for path in (data_folder / "media").rglob("*"):
        if path.is_file():
            path.unlink()
    assert admin_client.get(thumbnail(pets)).status_code == 404


def test_a_set_that_is_not_there_sends_back(admin_client: Client) -> None:
    assert admin_client.get("/admin/samples/sampleset/77/change/").status_code == 302
    assert admin_client.get("/admin/samples/sampleset/x/change/").status_code == 302


def test_what_defines_a_set_is_not_edited(admin_client: Client, pets: SampleSet) -> None:
    answer = {
        "name": "other",
        "kind": "generated",
        "count": 7,
        "origin": "a zoo",
        "attribution": "the keeper",
    }
    admin_client.post(f"/admin/samples/sampleset/{pets.pk}/change/", answer)
    pets.refresh_from_db()
    assert (pets.name, pets.kind, pets.count) == ("pets", "reference", 2)
    assert (pets.origin, pets.attribution) == ("a zoo", "the keeper")


def upload(client: Client, path: Path, **values: str) -> object:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(
        "/admin/samples/sampleset/add/",
        {"name": "new", "kind": "generated", **values, "file": file},
        follow=True,
    )


def test_an_archive_comes_in_by_upload(admin_client: Client, archive: Maker, encoded: Encoded) -> None:
    response = upload(admin_client, archive({"a/1.png": encoded(1), "b/x.txt": b"x"}, name="mine.zip"))
    made = SampleSet.objects.get(name="new")
    assert (made.count, made.origin) == (1, "uploaded as mine.zip")
    page = response.content.decode()
    assert "Images imported: 1; converted: 0; refused: 1." in page
    assert "Refused first: b/x.txt" in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.rar", b"x", "a.rar is neither a .zip nor an .npz file"),
        ("a.zip", b"x", "read as a zip or npz file"),
    ],
)
def test_a_bad_upload_is_answered_with_a_sentence(
    admin_client: Client, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    response = upload(admin_client, tmp_path / name)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not SampleSet.objects.exists()


def test_a_taken_name_is_answered_with_a_sentence(
    admin_client: Client, archive: Maker, encoded: Encoded, pets: SampleSet
) -> None:
    response = upload(admin_client, archive({"1.png": encoded(1)}, name="b.zip"), name="pets")
    assert response.status_code == 400
    assert "already exists" in response.content.decode()


def test_the_empty_form_says_how_to_import(admin_client: Client) -> None:
    assert "manage.py import_images" in admin_client.get("/admin/samples/sampleset/add/").content.decode()


def test_the_page_shows_the_facts_of_images(
    admin_client: Client, archive: Maker, encoded: Encoded, now: datetime
) -> None:
    rows = b"file_name,prompt\n1.png,a <b>cat</b>\n2.png,\n"
    source = archive({"metadata.csv": rows, "1.png": encoded(1), "2.png": encoded(2)})
    made = import_sample_set(name="prompted", kind="generated", source=source, now=now).sample_set
    page = admin_client.get(f"/admin/samples/sampleset/{made.pk}/change/").content.decode()
    assert "prompt: 1 value (“a &lt;b&gt;cat&lt;/b&gt;”); none for 1 of the images" in page
    assert 'alt="image 0, prompt: a &lt;b&gt;cat&lt;/b&gt;"' in page


def test_an_upload_of_unlike_folders_is_warned_of(
    admin_client: Client, archive: Maker, encoded: Encoded
) -> None:
    source = archive({"0.png": encoded(1), "cat/1.png": encoded(2)})
    values = {"name": "mixed", "kind": "generated", "file": SimpleUploadedFile("a.zip", source.read_bytes())}
    page = admin_client.post("/admin/samples/sampleset/add/", values, follow=True).content.decode()
    assert "those that are not have no class" in page
