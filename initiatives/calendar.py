from datetime import date

# Of the log: what lies outside is a slip of the keyboard.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def months_before(day, months):
    """The first day of the month that lies so many months before that of the day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
