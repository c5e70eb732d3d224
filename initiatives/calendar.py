from datetime import date


def months_before(day, months):
    """The first day of the month that lies so many months before that of the day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
