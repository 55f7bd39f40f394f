"""What `import traderank` and `traderank --help` cost, in fresh interpreters."""

import subprocess
import sys
from statistics import median
from time import perf_counter

REPEATS = 11


def seconds(*words):
    start = perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return perf_counter() - start


def interleaved(ours, theirs):
    """Times of the two in turn, so that whatever else the machine does hits both."""
    seconds(*ours), seconds(*theirs)
    return [(seconds(*ours), seconds(*theirs)) for _ in range(REPEATS)]


def measure():
    pairs = interleaved(("-c", "import traderank"), ("-c", "import pandas"))
    ratio = median(ours / theirs for ours, theirs in pairs)
    yield "import traderank", "import pandas", f"{ratio:.2f}×", "≤ 1.1×"
    pairs = interleaved(("-m", "traderank", "--help"), ("-c", "pass"))
    yield (
        "traderank --help",
        f"python -c pass: {median(theirs for _, theirs in pairs):.2f} s",
        f"{median(ours for ours, _ in pairs):.2f} s",
        "< 0.4 s",
    )


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="  ")
