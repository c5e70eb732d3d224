"""The picture of a view as a file, for reports and slides."""

from functools import wraps

from django.http import HttpResponse
from django.utils.translation import gettext as _

from evaluation.figure_rows import initiatives_of
from evaluation.figure_words import span_of
from evaluation.pictures.drawing import Busy, draw_png, draw_svg
from evaluation.pictures.specs import spec_of
from evaluation.views.dashboard import answered


def unless_busy(view):
    @wraps(view)
    def draw_or_ask_to_wait(request):
        try:
            return view(request)
        except Busy:
            words = _("Many pictures are being drawn. Try again in a minute.")
            headers = {"Retry-After": "60"}
            return HttpResponse(words, "text/plain; charset=utf-8", status=503, headers=headers)

    return draw_or_ask_to_wait


@unless_busy
@answered
def dashboard_png(request, found):
    return picture_response(found, draw_png(spec_for(request, found)), "png", "image/png")


@unless_busy
@answered
def dashboard_svg(request, found):
    return picture_response(found, draw_svg(spec_for(request, found)), "svg", "image/svg+xml")


def spec_for(request, found):
    return spec_of(found, request.build_absolute_uri(found.asked.at(found.release).url))


def picture_response(found, content, ending, content_type):
    period = span_of(found.asked).code.replace("/", "_")
    name = f"will-{found.asked.indicator.code}-{period}-{initiatives_of(found)}.{ending}"
    return HttpResponse(content, content_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
