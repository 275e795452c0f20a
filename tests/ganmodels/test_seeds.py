"""Latents are an endless table of normal numbers that can be read anywhere."""

import pytest
import torch

from ganmodels.seeds import derive, label_rows, normal_rows, torch_rng

DERIVED = 5006387122053234206
ROW = [1.851807, 2.098152, 0.430149]


@pytest.mark.parametrize("size", [1, 4, 7])
def test_any_part_of_the_table_reads_the_same(size: int) -> None:
    table = normal_rows(0, 40, size, seed=3)
    assert table.shape == (40, size)
    assert table.dtype == torch.float32
    assert torch.equal(normal_rows(13, 5, size, seed=3), table[13:18])
    assert torch.equal(torch.cat([normal_rows(i, 1, size, seed=3) for i in range(4)]), table[:4])


def test_numbers_are_standard_normal_and_rows_unlike() -> None:
    table = normal_rows(0, 20_000, 8, seed=0).double()
    assert table.mean().item() == pytest.approx(0, abs=0.01)
    assert table.var().item() == pytest.approx(1, abs=0.01)
    assert table.pow(4).mean().item() == pytest.approx(3, abs=0.1)
    correlation = torch.corrcoef(table.T) - torch.eye(8)
    assert correlation.abs().max() < 0.04
    assert len(table.unique(dim=0)) == len(table)


def test_seeds_and_purposes_are_independent() -> None:
    assert not torch.equal(normal_rows(0, 4, 4, seed=0), normal_rows(0, 4, 4, seed=1))
    assert len({derive(seed, purpose) for seed in (-1, 0, 1, 2**70) for purpose in ("a", "b", 1)}) == 12


def test_the_stream_is_pinned() -> None:
    """The same on every machine and version: a sample set's seed means nothing otherwise."""
    assert derive(0, "latents", 0) == DERIVED
    assert normal_rows(2, 1, 3, seed=7).flatten().tolist() == pytest.approx(ROW, abs=1e-6)
    assert torch_rng(0, "x").initial_seed() == derive(0, "x")


def test_label_rows_are_any_part_of_one_even_series() -> None:
    whole = label_rows(0, 3000, 3, seed=4)
    assert torch.equal(label_rows(1000, 5, 3, seed=4), whole[1000:1005])
    assert whole.bincount().min() > 900
    assert whole.max() == 2
    assert not torch.equal(label_rows(0, 3000, 3, seed=5), whole)
