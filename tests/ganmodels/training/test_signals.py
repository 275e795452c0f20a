"""The first signal is a wish; the handlers from before come back."""

import os
import signal
from collections.abc import Iterator

import pytest

from ganmodels.training.signals import stop_on_signals


@pytest.fixture(autouse=True)
def _interrupts_are_heard() -> Iterator[None]:
    """A shell's background job is born with SIGINT ignored; here it acts as in the foreground."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_sets_the_wish(number: signal.Signals, status: int) -> None:
    before = signal.getsignal(number)
    with stop_on_signals() as wish:
        assert not wish
        os.kill(os.getpid(), number)
        assert wish
        assert wish.exit_status == status
    assert signal.getsignal(number) is before


def test_a_second_one_acts_as_always() -> None:
    with stop_on_signals() as wish:
        os.kill(os.getpid(), signal.SIGINT)
        assert wish
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_without_a_signal_the_status_is_zero() -> None:
    with stop_on_signals() as wish:
        pass
    assert wish.exit_status == 0
