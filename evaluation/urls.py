from django.urls import path

from evaluation.views import runs

app_name = "runs"
urlpatterns = [
    path("", runs.run_list, name="list"),
    path("start/", runs.start, name="start"),
    path("retry/", runs.retry_parked, name="retry_parked"),
    path("<int:pk>/", runs.run, name="run"),
]
