"""The child processes in which strangers' bytes are worked on: how they start, and what they may use up.

A child sees no desk's key, no database and no configuration. One that dies, hangs or eats memory is replaced by pebble.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
from functools import partial

from pebble import ProcessPool

MIB = 1 << 20

#: A 50 MiB mail takes about four times its size to be read and sealed; a picture of 40 megapixels takes 400 MiB while
#: it is turned; the rest is the interpreter and its libraries.
MEMORY_BYTES = 768 * MIB

#: A child is replaced after so many mails, so that a slow leak in a library stays small.
MAILS_A_CHILD = 2000


def pool(children: int, niceness: int) -> ProcessPool:
    """So many children; a higher niceness lets others go first."""
    # A fork server: children start quickly and inherit none of the daemon's threads, locks or sockets.
    context = multiprocessing.get_context("forkserver")
    # With all that a child needs to begin; the daemon itself never loads what reading needs.
    context.set_forkserver_preload(["intake.sandbox", "intake.reading.sealing"])
    confined = partial(_confine, niceness)
    return ProcessPool(max_workers=children, max_tasks=MAILS_A_CHILD, initializer=confined, context=context)


def limit_cpu(seconds: int) -> None:
    """Give the work that begins now so much processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _confine(niceness: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then stops us
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(niceness)
    gc.freeze()  # what was loaded to begin with stays: no collection has to look through it
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's threads only wait for each other on pictures of this size
