"""Images read ahead, so that decoding goes on while the network computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from jaxtyping import UInt8
from torch import Tensor

from metrics.evidence.kinds import ImageSource

Batch = list[UInt8[Tensor, "3 _h _w"]]


@contextmanager
def reading_ahead(
    source: ImageSource, spans: Iterable[tuple[int, int]], *, threads: int
) -> Iterator[Iterator[Batch]]:
    """The images of consecutive spans, each read while the one before it is in use.

    Args:
        source: where the images are.
        spans: first image of each batch, and the one after its last.
        threads: how many batches may be read at once; decoding leaves Python's lock.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="reading-ahead") as pool:
        try:
            yield _in_order(pool, source, iter(spans), ahead=threads)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_order(
    pool: ThreadPoolExecutor, source: ImageSource, spans: Iterator[tuple[int, int]], ahead: int
) -> Iterator[Batch]:
    waiting: deque[Future[Batch]] = deque()
    for span in spans:
        waiting.append(pool.submit(source.read, *span))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
