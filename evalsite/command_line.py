"""How ``manage.py`` ends: with a sentence for what is wrong around it, and with nothing half done.

Exit status: 0 done; 1 refused or failed, with a sentence; 2 called wrongly; 128 + n ended by signal n.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from evalsite import outage

MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.ENAMETOOLONG,
}
"""What an operating system refuses for reasons of its own; other numbers may be faults of ours."""

NO_TEXT = "surrogates not allowed"
"""What Python says where bytes of a command line or a file's name, which were no text, are used as text."""


def main(arguments: Sequence[str]) -> None:
    """Run a command; ``--traceback`` shows where an error comes from.

    Args:
        arguments: the program's name and what follows it.
    """
    end_in_order_on(signal.SIGTERM, signal.SIGHUP)
    open_outputs()
    try:
        execute_from_command_line(list(arguments))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:  # whoever read has enough, as head does; Python would complain when it flushes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except Exception as error:
        sentence = explain(error)
        if sentence is None or "--traceback" in arguments:
            raise
        print(f"Error: {sentence}", file=sys.stderr)
        sys.exit(1)


def explain(error: Exception) -> str | None:
    """What is wrong with the machine or its settings, and the next move; None for a fault of ours."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, OSError) and error.errno in MACHINE:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}; name another place or make room, and run it again"
    if isinstance(error, UnicodeEncodeError) and error.reason == NO_TEXT:
        return f"{error.object[:80]!a} holds bytes that are no UTF-8 text; write names in UTF-8"
    return outage.explain(error)


def open_outputs() -> None:
    """Let whatever is printed be printed: files and pipes get UTF-8, a terminal what it can show."""
    if sys.stdout is None:  # a shell's >&-; the next file opened would get what is meant for people
        sys.exit("Error: the standard output is closed; send it to a file, or to /dev/null for nobody")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def end_in_order_on(*numbers: signal.Signals) -> None:
    """Let these signals end the process as an exception does, so that what is half written is cleared away.

    One that whoever started the process had it ignore, as nohup does, stays ignored.
    """
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
