"""What each fault is called, without Django, for the command line and the tests."""

FAULTS = {
    "child-killed": "a worker's child is killed while it sums",
    "worker-killed": "all workers are killed while they sum, and started anew",
    "redis-stopped": "Redis is away for a while",
    "redis-stopped-busy": "Redis is away when all workers end what they do",
    "redis-frozen": "Redis accepts connections and does not answer",
    "redis-emptied": "Redis loses all that it held",
    "connection-dead": "the workers' connections to Redis die without a word",
    "database-crashed": "PostgreSQL is stopped in the midst of everything and started anew",
    "two-beats": "two schedulers run",
    "five-at-once": "the same task is delivered five times at the same moment",
    "two-on-a-cell": "two workers come to the same cell, and the slower one has read first",
    "open-writer": "a writer commits after the cell was summed several times",
    "cell-born": "a month gets its first entry while all sums are made anew",
    "failing-cell": "one cell fails whatever is done, beside others",
    "import-undone": "a file is loaded and taken back",
    "summer-time": "entries lie at the edges of months and of summer time, on servers in two time zones",
}
