from django.urls import path

from evaluation.views import indicators

app_name = "indicators"
urlpatterns = [
    path("indicators/", indicators.indicator_list, name="list"),
    path("indicators.csv", indicators.indicator_csv, name="list_csv"),
    path("indicators.json", indicators.indicator_json, name="list_json"),
    path("indicators/<slug:code>/", indicators.indicator_detail, name="detail"),
]
