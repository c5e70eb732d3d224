"""What the demonstration invents, read from initiatives.json and placed in time relative to today."""

import json
from datetime import datetime, time
from pathlib import Path
from random import Random

from django.utils import timezone

PLANS = Path(__file__).with_name("initiatives.json")
SEED = 2019


def read_plans():
    return json.loads(PLANS.read_text(encoding="utf-8"))["rows"]


def random_of(*names):
    """A source of numbers of its own for each part, so that a change in one leaves the others as they are."""
    return Random(" ".join(map(str, [SEED, *names])))


def at_work(random, day):
    """A moment of the working hours of the day."""
    clock = time(random.randint(8, 17), random.randrange(60))
    return datetime.combine(day, clock, timezone.get_current_timezone())


def step(plan, stage):
    """The step of its story in which an initiative reached the stage, or None."""
    return next((step for step in plan["story"] if step["stage"] == stage), None)
