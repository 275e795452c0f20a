"""What pages say of a checkpoint's file."""

from __future__ import annotations

from evalsite.runs.summaries import describe_checkpoint
from evalsite.samples.models import Checkpoint


def told(**description: object) -> dict[str, str]:
    return describe_checkpoint(Checkpoint(model="gan", size_bytes=1_657_552, description=description))


def test_training_data_and_range_are_said_in_words() -> None:
    data = {"name": "train.gz", "digest": "sha256:abc", "count": 60_000, "classes": 10}
    found = told(data=data, image_range=[-1.0, 1.0], file_format="safetensors")
    assert found["Trained on"] == "train.gz, 60,000 images, sha256:abc, classes 10"
    assert found["Range of the network"] == "−1 to 1"
    assert found["File"] == "safetensors, 1,657,552 bytes"


def test_data_of_elsewhere_is_told_as_the_file_has_it() -> None:
    assert told(data={"count": "many", "licence": "MIT"})["Trained on"] == "many, licence MIT"


def test_what_a_file_does_not_say_is_left_out() -> None:
    assert told() == {"Model": "gan (no recipe)", "File": "unknown format, 1,657,552 bytes"}
