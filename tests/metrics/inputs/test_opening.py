from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

import metrics
from metrics import METRICS, Labels, Quantity, open_images, register
from metrics.errors import (
    EvidenceMismatchError,
    ImageReadError,
    InvalidEvidenceError,
    MissingEvidenceError,
    StatisticsReadError,
    UnknownNameError,
)
from metrics.evidence.kinds import Features, Moments
from metrics.extractors.extraction import Pass
from metrics.images.protocols import get_protocol
from metrics.images.sampled import sample_images
from metrics.inputs.saved_files import save_features, save_statistics
from metrics.statistics.moments import moments_of
from tests.support.metric_world import ToyGenerator


def _png(picture) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, format="png")
    return data.getvalue()


@pytest.fixture
def class_folder(tmp_path, pictures):
    """Images in the folders cat and dog, two and three."""
    for index, picture in enumerate(pictures(0, 5)):
        path = tmp_path / "set" / ("cat" if index < 2 else "dog") / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_png(picture))
    return tmp_path / "set"


def test_class_folders_are_labels(class_folder, pictures):
    labels = open_images(class_folder).labels
    assert labels.names == ("cat", "dog")
    assert labels.values.tolist() == [0, 0, 1, 1, 1]
    (class_folder / "stray.png").write_bytes(_png(pictures(1, 1)[0]))
    assert open_images(class_folder).labels is None
    assert open_images(class_folder / "dog").labels is None


def test_a_zip_is_the_folder_that_was_packed(class_folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted(class_folder.rglob("*.png"), reverse=True):
            archive.write(path, path.relative_to(class_folder))
        archive.writestr("readme.txt", "no image")
    packed, folder = open_images(tmp_path / "set.zip"), open_images(class_folder)
    assert packed.digest == folder.digest
    assert packed.labels.values.tolist() == folder.labels.values.tolist()
    pairs = zip(packed.source.read(0, 5), folder.source.read(0, 5), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_a_damaged_zip_is_named(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK no archive")
    with pytest.raises(ImageReadError, match=r"a\.zip can't be read as a zip"):
        open_images(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "no image")
    with pytest.raises(ImageReadError, match="holds no image"):
        open_images(tmp_path / "empty.zip")


def test_adms_arrays_may_have_classes(tmp_path, pictures):
    np.savez(tmp_path / "adm.npz", arr_0=pictures(0, 3), arr_1=np.array([2, 0, 2]))
    labels = open_images(tmp_path / "adm.npz").labels
    assert (labels.names, labels.values.tolist()) == (("0", "1", "2"), [2, 0, 2])
    np.savez(tmp_path / "bad.npz", arr_0=pictures(0, 3), arr_1=np.array([0.5, 0, 2]))
    with pytest.raises(ImageReadError, match="'arr_1'"):
        open_images(tmp_path / "bad.npz")
    assert open_images(pictures(0, 2), labels=[1, 0]).labels.values.tolist() == [1, 0]
    with pytest.raises(InvalidEvidenceError, match="3 labels can't belong to 2 images"):
        open_images(pictures(0, 2), labels=[1, 0, 1])


def test_arrays_follow_the_rules_of_files():
    deep = np.full((1, 8, 8, 4), 257 * 9, np.uint16)
    deep[..., 3] = 0  # alpha
    assert open_images(deep).source.read(0, 1)[0].unique().tolist() == [9]


def test_unreadable_files_are_all_named_and_may_be_allowed(class_folder):
    for name in ("cat/0.png", "dog/3.png"):
        (class_folder / name).write_text("no image")
    with pytest.raises(ImageReadError, match=r"2 files can't be read.*0\.png.*3\.png"):
        open_images(class_folder).source.read(0, 5)
    with pytest.raises(ImageReadError, match="2 files can't be read"):
        open_images(class_folder, allow_unreadable=1)
    kept = open_images(class_folder, allow_unreadable=2)
    assert kept.count == 3
    assert kept.labels.values.tolist() == [0, 1, 1]
    assert "2 files were left out" in kept.notes[0]
    assert kept.digest != open_images(class_folder).digest


def test_torchvisions_sets_are_opened_by_name(tmp_path, pictures):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    digits = pictures(0, 4)[..., 0]
    for part, count in (("train", 4), ("t10k", 2)):
        header = np.array([2051, count, 12, 10], ">i4").tobytes()
        (raw / f"{part}-images-idx3-ubyte").write_bytes(header + digits[:count].tobytes())
        labels = np.arange(count, dtype=np.uint8).tobytes()
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(np.array([2049, count], ">i4").tobytes() + labels)
    found = open_images("torchvision:MNIST:test", data_root=tmp_path)
    assert found.count == 2
    assert found.labels.values.tolist() == [0, 1]
    assert torch.equal(found.source.read(1, 9)[0], torch.from_numpy(digits[1]).expand(3, -1, -1))
    assert found.digest != open_images("torchvision:MNIST:train", data_root=tmp_path).digest
    with pytest.raises(UnknownNameError, match="did you mean 'MNIST'"):
        open_images("torchvision:MNITS", data_root=tmp_path)
    with pytest.raises(ImageReadError, match="data root"):
        open_images("torchvision:CIFAR10:test", data_root=tmp_path)


def test_a_generator_is_a_set_of_images(small_extractor, pictures):
    generator = ToyGenerator()
    images = sample_images(generator, 5, seed=3)
    assert torch.equal(torch.stack(images.source.read(2, 9)), generator.sample(5, 3)[2:])
    assert images.digest != sample_images(generator, 5, seed=4).digest
    found = metrics.evaluate(
        generated=generator,
        reference=pictures(2, 20),
        samples=30,
        metrics=["kid"],
        extractor=small_extractor,
    )
    assert found[0].n_generated == 30


@pytest.fixture
def saved(tmp_path, small_extractor, pictures):
    """Files of the features and of the statistics of 50 pictures, and their features."""
    over = Pass(open_images(pictures(2, 50)), small_extractor, get_protocol("pytorch_fid"))
    rows = next(over.chunks(lambda _: None))
    features = Features(rows["features"], over.provenance)
    save_features(tmp_path / "real.safetensors", rows, over.provenance)
    save_statistics(tmp_path / "real.npz", {"features": moments_of(features)})
    return tmp_path, features


def _fid(small_extractor, pictures, **given):
    return metrics.evaluate(
        **{"generated": pictures(1, 40), "metrics": ["fid"], "extractor": small_extractor, **given}
    )[0]


@pytest.mark.parametrize("name", ["real.safetensors", "real.npz"])
def test_saved_numbers_stand_for_the_images(saved, small_extractor, pictures, name):
    direct = _fid(small_extractor, pictures, reference=pictures(2, 50))
    seen = small_extractor.network.images_seen
    found = _fid(small_extractor, pictures, reference=saved[0] / name)
    assert small_extractor.network.images_seen == seen + 40
    assert found.value == pytest.approx(direct.value, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((direct.low, direct.high), rel=1e-6)
    assert found.n_reference == 50


def test_saved_numbers_on_both_sides_need_no_network(saved):
    path = str(saved[0] / "real.safetensors")
    found = metrics.evaluate(generated=path, reference=path, metrics=["fid", "kid", "inception_score"])
    assert [result.quantity for result in found[:2]] == ["frechet_distance_small", "kernel_distance_small"]
    assert found[0].value == pytest.approx(0, abs=1e-9)
    assert found[0].provenance["weights_digest"] == "none"


@pytest.mark.parametrize("names", [("mu", "sigma"), ("mu", "sigma", "mu_s", "sigma_s")])
def test_others_statistics_are_taken_as_exact_and_said_to_be(
    saved, small_extractor, pictures, tmp_path, names
):
    moments = moments_of(saved[1])
    values = {"mu": moments.mean.numpy(), "sigma": moments.covariance.numpy()}
    np.savez(tmp_path / "peer.npz", **{name: values[name.removesuffix("_s")] for name in names})
    found = _fid(small_extractor, pictures, reference=tmp_path / "peer.npz")
    direct = _fid(small_extractor, pictures, reference=pictures(2, 50))
    assert found.value == pytest.approx(direct.value, rel=1e-6)
    assert found.high - found.low < direct.high - direct.low
    assert any("peer.npz doesn't say" in text for text in found.warnings)
    assert found.n_reference is None
    few = f"Computed from {found.n_generated} images"
    assert any(few in text for text in found.warnings), "not from as many as the statistics might stand for"


def test_what_saved_numbers_can_t_become_is_said(saved, small_extractor, pictures):
    path = saved[0] / "real.npz"
    with pytest.raises(
        MissingEvidenceError, match="needs as reference: features, not moments alone; give the images"
    ):
        _fid(small_extractor, pictures, reference=path, metrics=["kid"])
    with pytest.raises(EvidenceMismatchError, match="come from small"):
        _fid(replace(small_extractor, name="other"), pictures, reference=path)
    with pytest.raises(EvidenceMismatchError, match="weights_digest"):
        _fid(replace(small_extractor, weights_digest="other"), pictures, reference=path)


def test_files_of_another_kind_are_named(tmp_path, small_extractor, pictures):
    (tmp_path / "bad.safetensors").write_text("no features")
    np.savez(tmp_path / "half.npz", mu=np.zeros(3))
    np.savez(tmp_path / "lying.npz", mu=np.zeros(3), sigma=np.zeros((2, 3)))
    for name in ("bad.safetensors", "half.npz", "lying.npz"):
        with pytest.raises(StatisticsReadError, match=name):
            _fid(small_extractor, pictures, reference=tmp_path / name)


def test_features_in_memory_need_no_images(make_features, vector_a, vector_b):
    sets = {"generated": make_features(vector_a), "reference": make_features(vector_b)}
    found = metrics.evaluate(**sets, metrics=["fid", "kid"])
    assert found[0].quantity == "fid"
    assert found[0].value == pytest.approx(0.2636156749768599, rel=1e-9)
    assert found[0].extractor == "inception_v3"


@pytest.fixture
def by_class():
    """A metric of labels, which compares the shares of the class called dog."""

    def dogs(generated_labels: Labels, reference_labels: Labels, reference: Moments):
        shares = [
            float((labels.values == labels.names.index("dog")).double().mean())
            for labels in (generated_labels, reference_labels)
        ]
        return {"dogs": shares[0] - shares[1]}

    quantity = Quantity("dogs", better="lower", ideal=0.0, senses={"diversity"})
    register(name="dogs", title="Dogs", paper="none", quantities=[quantity])(dogs)
    yield "dogs"
    METRICS.remove("dogs")


def test_classes_are_matched_by_name(by_class, class_folder, small_extractor, pictures, tmp_path):
    other = tmp_path / "other"
    for index, name in enumerate(("ant", "dog")):
        (other / name).mkdir(parents=True)
        (other / name / "x.png").write_bytes(_png(pictures(3, 2)[index]))
    given = {"metrics": [by_class], "extractor": small_extractor, "reference": class_folder}
    found = metrics.evaluate(generated=other, **given)
    assert found[0].value == pytest.approx(1 / 2 - 3 / 5)
    with pytest.raises(MissingEvidenceError, match="Dogs needs as generated: images with labels"):
        metrics.evaluate(generated=other / "dog", **given)


def test_which_images_were_labelled_is_recorded(by_class, class_folder, small_extractor):
    given = {"metrics": [by_class, "fid"], "extractor": small_extractor, "reference": class_folder}
    labelled, plain = metrics.evaluate(generated=class_folder, **given)
    assert labelled.provenance["reference_digest"] == plain.provenance["reference_digest"]
