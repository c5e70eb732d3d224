from django.urls import path

from evaluation.views import dashboard, pictures

app_name = "dashboard"
urlpatterns = [
    path("dashboard/", dashboard.show, name="show"),
    path("dashboard/made/", dashboard.made, name="made"),
    path("dashboard.csv", dashboard.csv, name="csv"),
    path("dashboard.xlsx", dashboard.xlsx, name="xlsx"),
    path("dashboard.json", dashboard.json, name="json"),
    path("dashboard.png", pictures.dashboard_png, name="png"),
    path("dashboard.svg", pictures.dashboard_svg, name="svg"),
]
