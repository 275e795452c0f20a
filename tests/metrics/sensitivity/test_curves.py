from __future__ import annotations

import pytest

from metrics.errors import ResultsWriteError, TooFewSamplesError
from metrics.sensitivity.curves import measure_sensitivity

METRICS = ("frechet_distance", "nearest_neighbours")


@pytest.fixture(scope="module")
def real(pictures):
    return pictures(0, 45)


def test_curves_grow_and_a_second_run_measures_nothing(tmp_path, real, small_extractor):
    def run():
        return measure_sensitivity(
            real, tmp_path, metrics=METRICS, extractor=small_extractor, strengths=(0.5, 1.0), images=45
        )

    points = run()
    seen = small_extractor.network.images_seen
    assert run() == points
    assert small_extractor.network.images_seen == seen
    assert len({(p.distortion, p.strength, p.quantity) for p in points}) == len(points) == 3 * (1 + 2 * 8)
    copied = [p.value for p in points if p.quantity == "nearest_real_distance" and p.distortion == "copying"]
    assert copied[1] == pytest.approx(0, abs=1e-6)
    (tmp_path / "measured" / "none_000.json").write_text("{")
    assert run() == points


def test_each_strength_is_looked_at_once_for_all_metrics(tmp_path, real, small_extractor):
    measure_sensitivity(
        real, tmp_path, metrics=METRICS, extractor=small_extractor, strengths=(1.0,), images=45
    )
    # 15 good images unspoiled and under each of 8 distortions, and the 15 reference images once; copies and
    # what they are copies of are two sets.
    assert small_extractor.network.images_seen <= 15 * (1 + 8 + 1)


def test_progress_names_what_is_measured(tmp_path, real, small_extractor):
    seen = []
    measure_sensitivity(
        *(real, tmp_path),
        metrics=METRICS[:1],
        extractor=small_extractor,
        strengths=(1.0,),
        progress=lambda *step: seen.append(step),
    )
    assert seen[0] == ("none 0", 0, 9)
    assert seen[-1] == ("copying 1", 8, 9)


def test_too_few_images_are_refused(tmp_path, pictures, small_extractor):
    with pytest.raises(TooFewSamplesError, match="at least 12"):
        measure_sensitivity(pictures(0, 11), tmp_path, extractor=small_extractor)


def test_a_folder_that_can_t_be_made_is_refused_before_any_image_is_read(tmp_path, small_extractor):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsWriteError, match=r"file/report/measured can't be made \(Not a directory\)"):
        measure_sensitivity(
            tmp_path / "nowhere", tmp_path / "file" / "report", metrics=METRICS, extractor=small_extractor
        )
