"""Run a command on files one after the other, each in a process of its own, within limits.

    python tests/bounded.py check FILE… < words

Standard input holds further words of the command, one a line. One line of JSON is printed for
each file: its exit status (negative: the signal that ended it), processor seconds, megabytes,
what it printed. Limits are those that the reader promises: 10 seconds, 1 GB.
"""

import json
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

SECONDS, BYTES = 10, 1_000_000_000
#: Room for what a process claims beyond what it begins with, and does not use: libraries,
#: stacks of threads.
ADDRESSES = 2 * BYTES
NOWHERE = os.open(os.devnull, os.O_RDONLY)


def bounded(work):
    """Run a function in a child; return (status, seconds, megabytes, printed)."""
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            _become(work, printed)
        _, status, used = os.wait4(child, 0)
        printed.seek(0)
        text = printed.read().decode("utf-8", "replace")
    seconds = round(used.ru_utime + used.ru_stime, 2)
    return os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss // 1024, text


def _become(work, printed):
    status = 99
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        room = _claimed() + ADDRESSES
        resource.setrlimit(resource.RLIMIT_AS, (room, room))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(6 * SECONDS)  # one that sleeps uses no processor
        os.dup2(NOWHERE, 0)
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
        work()
        status = 0
    except SystemExit as end:
        status = end.code or 0
    except BaseException as error:
        sys.stderr.write(f"Traceback: {type(error).__name__}: {error}\n")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 98)


def _claimed():
    """Return the bytes of addresses that this process has: a worker of tests has gigabytes."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except FileNotFoundError:
        return 0
    return pages * resource.getpagesize()


def main():
    from traderank.cli import main as program
    from traderank.cli import workbooks  # what it needs is there before the first fork

    assert workbooks
    import traderank.sources

    traderank.sources.load_sources()
    command, *files = sys.argv[1:]
    words = sys.stdin.read().split("\n")
    for file in files:
        sys.argv = ["traderank", command, file, *filter(None, words)]
        status, seconds, megabytes, printed = bounded(program)
        told = dict(file=Path(file).name, status=status, seconds=seconds)
        print(json.dumps(told | dict(megabytes=megabytes, printed=printed)), flush=True)


if __name__ == "__main__":
    main()
