from django import forms


class DayInput(forms.DateInput):
    """A day as browsers ask for it, which send and expect it as 2026-03-10 in every language."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")
