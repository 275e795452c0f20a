"""A checkpoint to sample, look into and measure."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of an untrained generator of 32×32 grey images."""
    from ganmodels.checkpoints import Description, save
    from ganmodels.checkpoints.save import package_versions
    from ganmodels.registry import GENERATOR, get_model

    model = get_model("gan")
    settings_ = model.resolve({"latent_size": 4, "width": 8, "hidden_layers": 1})
    networks = model.networks((1, 32, 32), settings_, seed=0)
    path = tmp_path_factory.mktemp("zoo") / "tiny.safetensors"
    description = Description(
        model="gan",
        settings=settings_,
        image_shape=(1, 32, 32),
        recipe=model.recipe.as_json(),
        data={"name": "none", "digest": "", "count": 0},
        seed=0,
        step=0,
        command="",
        versions=package_versions(),
    )
    save(path, networks[GENERATOR], description)
    return path
