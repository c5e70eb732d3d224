import time

from allauth.account.forms import ResetPasswordForm

# Far more than the work differs by, little for whoever waits.
STEP = 0.25


class SteadyResetPasswordForm(ResetPasswordForm):
    """Takes a whole number of steps: writing to a stranger is quicker, and would tell who has an account."""

    def __init__(self, *args, **kwargs):
        self.started = time.monotonic()
        super().__init__(*args, **kwargs)

    def save(self, request, **kwargs):
        try:
            return super().save(request, **kwargs)
        finally:
            time.sleep(STEP - (time.monotonic() - self.started) % STEP)
