"""./will bench log: rows 8 and 9 of the benchmarks."""

from contextlib import closing

from will_portal.local.bench import pages, writes


def compare(databases, options):
    """Return the lines of the table."""
    many, few = databases.of(options.rows), databases.of(pages.FEW, like=options.rows)
    with closing(many), closing(few):
        lines = list(pages.compare(few, many, options.explain))
        with databases.copy_of(many) as copy:
            lines += writes.compare(copy, options.explain)
    return lines
