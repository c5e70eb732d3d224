"""The authenticator app of the tests."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

SECRET = "JBSWY3DPEHPK3PXP"
PERIOD = 30


def code_of(secret=SECRET):
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))
