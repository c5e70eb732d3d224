"""What the rows of the table of permissions are written with."""

from typing import NamedTuple

from tests.cast import ROLES

SIGN_IN = "sign-in"
# An identifier that nothing has.
NOBODY = "00000000-0000-0000-0000-000000000000"


def everyone(answer):
    return dict.fromkeys(ROLES, answer)


def signed_in(answer, anonymous=SIGN_IN):
    return everyone(answer) | {"anonymous": anonymous}


def administrator(answer):
    return signed_in(403) | {"administrator": answer}


def only(answers, others):
    """What these roles get, and what everybody else who is signed in gets."""
    return signed_in(others) | answers


class Row(NamedTuple):
    route: str
    method: str
    answers: dict
    arguments: dict = {}
    # Which object the arguments lead to, where a route answers differently for different ones.
    case: str = ""

    @property
    def id(self):
        return "-".join(filter(None, [self.route, self.method, self.case]))


PARMAS = {"parma_lead": 200, "coordinator": 200, "administrator": 200}
