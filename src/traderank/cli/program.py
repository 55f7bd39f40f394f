"""What runs the commands: exit statuses, messages instead of tracebacks, signals."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from contextlib import contextmanager

import click

from traderank.cli.output import let_go, say
from traderank.table import Refused

#: The input was refused; our own fault; ended by a signal, to which shells add its number.
_REFUSED, _FAULT, _ENDED = 2, 3, 128


class Program(click.Group):
    """A group of commands that ends with the project's exit statuses, and no traceback."""

    #: The signal that has ended the run, if one has.
    ended = None

    def main(self, *args, **kwargs):
        """Run the program: in UTF-8 on every console, tidily even when it is ended."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        names = ("SIGTERM", "SIGHUP")  # The second is not known on Windows.
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        # One that is ignored (nohup) or handled by our caller stays so.
        numbers = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
        try:
            for number in numbers:
                signal.signal(number, self._end)
            return super().main(*args, **kwargs)
        finally:
            for number in numbers:
                signal.signal(number, signal.SIG_DFL)

    def make_context(self, *args, **kwargs):
        """Parse the words before the command, ``--help`` among them."""
        with self._outcome():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx):
        """Run the command."""
        with self._outcome():
            return super().invoke(ctx)

    def _end(self, number, frame):
        """Let a terminated run take away what it was writing, as Ctrl-C does."""
        self.ended = number
        raise SystemExit(_ENDED + number)

    @contextmanager
    def _outcome(self):
        """Turn what goes wrong into one message and an exit status."""
        try:
            yield
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Refused as refused:
            say(" ".join(str(refused).splitlines()))
            sys.exit(_REFUSED)
        except BrokenPipeError:
            # Whoever reads has seen enough: `| head` is no fault.
            let_go(sys.stdout, sys.stderr)
            sys.exit(0)
        except KeyboardInterrupt:
            sys.exit(_ENDED + signal.SIGINT)
        except Exception as fault:
            if self.ended:
                # Some libraries, ended while they are imported, call it an error of theirs.
                sys.exit(_ENDED + self.ended)
            if os.environ.get("TRADERANK_DEBUG"):
                traceback.print_exc()
            say(
                f"A fault of traderank's own: {type(fault).__name__}: {fault}. Please report it, "
                "with what TRADERANK_DEBUG=1 in the environment makes it say."
            )
            sys.exit(_FAULT)
