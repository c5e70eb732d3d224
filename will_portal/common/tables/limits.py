"""How much of a file is read, and with how much of the machine."""

import contextlib
import resource

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
MOST_ROWS, MOST_COLUMNS, MOST_TOTALS = 500_000, 200, 10_000
# What a cell of Excel holds.
LONGEST_CELL = 32_767
MOST_MEMBERS = 10_000
LARGEST_UNPACKED = 1024 * MEGABYTE
# Small files of equal rows are packed far better than any large one.
HIGHEST_RATIO, RATIO_FROM = 200, 10 * MEGABYTE
MEMORY = 1536 * MEGABYTE
SECONDS = 120
PATIENCE = 180


class Refused(Exception):
    """A file that cannot be read: which sentence says why, and the values in it."""

    def __init__(self, code, **values):
        super().__init__(code)
        self.code, self.values = code, values


def limit_this_process():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    # macOS knows the limit and refuses to set it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
