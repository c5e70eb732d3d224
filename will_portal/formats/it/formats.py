# Django's Italian writes "06 dicembre" with a zero that nobody speaks.
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
