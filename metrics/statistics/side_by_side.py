"""Work that more threads make no faster, several pieces at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Made = TypeVar("Made")


def side_by_side(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """What `make` gives for each item, in their order, as many at a time as torch has threads.

    An eigenvalue problem of a few thousand rows takes two threads as long as one, which waits for memory.
    No more items are taken than are worked on, so that few are in memory.

    Args:
        make: computes with torch, on one thread.
        items: what it is called with, one by one.
    """
    threads = torch.get_num_threads()
    running: deque[Future[Made]] = deque()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for item in items:
                running.append(pool.submit(make, item))
                if len(running) == threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
    finally:
        torch.set_num_threads(threads)  # one library below counts threads for all of them together
