from math import acos, cos, dist, radians, sin

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cities.geometry import Projection, validate_shape
from tests.cities.conftest import square

EARTH_RADIUS_KM = 6371
PARMA, RAVENNA, NOVARA = (10.3283, 44.8011), (12.1991, 44.4173), (8.6219, 45.4459)

points = st.tuples(st.floats(6, 19), st.floats(35, 48))
squares = st.builds(square, st.floats(6, 15), st.floats(35, 44), st.floats(0.01, 3))
drawings = st.lists(squares, min_size=1, max_size=4)


def great_circle(one, other):
    (lon1, lat1), (lon2, lat2) = ((radians(lon), radians(lat)) for lon, lat in (one, other))
    return EARTH_RADIUS_KM * acos(sin(lat1) * sin(lat2) + cos(lat1) * cos(lat2) * cos(lon1 - lon2))


@given(drawings, points, points)
def test_what_lies_further_east_is_drawn_further_right_and_what_lies_further_north_higher(shapes, one, other):
    projection = Projection.around(shapes, size=600)
    (x1, y1), (x2, y2) = projection.place(*one), projection.place(*other)
    assert (x1 <= x2) if one[0] <= other[0] else (x1 >= x2)
    assert (y1 >= y2) if one[1] <= other[1] else (y1 <= y2)


@given(drawings)
def test_every_corner_of_the_shapes_falls_inside_the_drawing(shapes):
    projection = Projection.around(shapes, size=600)
    for shape in shapes:
        for lon, lat in shape["coordinates"][0]:
            x, y = projection.place(lon, lat)
            assert -1e-6 <= x <= projection.width + 1e-6
            assert -1e-6 <= y <= projection.height + 1e-6


@given(drawings)
def test_the_longer_side_has_the_size_that_was_asked_for(shapes):
    projection = Projection.around(shapes, size=600)
    assert max(projection.width, projection.height) == pytest.approx(600)


@pytest.mark.parametrize(("one", "other"), [(PARMA, RAVENNA), (PARMA, NOVARA), (NOVARA, RAVENNA)])
def test_distances_between_cities_are_true_to_two_percent(one, other):
    projection = Projection.around([square(9, 43.7, 3)], size=600)
    km_per_unit = EARTH_RADIUS_KM * radians(1) / projection.scale
    drawn = dist(projection.place(*one), projection.place(*other)) * km_per_unit
    assert drawn == pytest.approx(great_circle(one, other), rel=0.02)


def test_a_path_starts_at_the_first_corner_and_closes_itself():
    projection = Projection.around([square(10, 44)], size=100)
    assert projection.path(square(10, 44)) == "M0.0 100.0L71.3 100.0L71.3 0.0L0.0 0.0Z"


def test_the_holes_of_every_polygon_are_drawn_too():
    shape = {
        "type": "MultiPolygon",
        "coordinates": [
            square(9, 44, 3)["coordinates"] + square(10, 45)["coordinates"],
            square(13, 44)["coordinates"],
        ],
    }
    assert Projection.around([shape], size=600).path(shape).count("M") == 3


@pytest.mark.parametrize(
    "shape",
    [
        None,
        {},
        {"type": "Point", "coordinates": [10, 44]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[10, 44], [11, 44], [11, 45]]]},
        {"type": "Polygon", "coordinates": [[[10, 44], [10, 44], [10, 44], [10, 44]]]},
        {"type": "Polygon", "coordinates": [[[500000, 4900000], [1, 4], [2, 4], [500000, 4900000]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 4], [2, 4], ["a", "b"]]]},
    ],
    ids=["nothing", "empty", "point", "no polygon", "open ring", "no extent", "metres", "text"],
)
def test_what_is_no_polygon_in_degrees_is_refused(shape):
    with pytest.raises(ValidationError):
        validate_shape(shape)
