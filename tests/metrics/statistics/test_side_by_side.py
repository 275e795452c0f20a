from __future__ import annotations

import pytest
import torch

from metrics.statistics.side_by_side import side_by_side


def test_results_come_in_the_order_of_their_items():
    assert list(side_by_side(lambda item: item * item, range(7))) == [0, 1, 4, 9, 16, 25, 36]


def test_no_more_items_are_taken_than_are_worked_on():
    taken = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    assert next(side_by_side(abs, items())) == 0
    assert len(taken) <= torch.get_num_threads()


def test_each_piece_has_one_thread_and_the_caller_its_own_afterwards():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert set(side_by_side(lambda _: torch.get_num_threads(), range(5))) == {1}
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_an_error_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda item: 1 / item, [1, 0]))
