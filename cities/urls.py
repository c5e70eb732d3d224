from django.urls import path

from cities.views import pages

app_name = "cities"
urlpatterns = [
    path("", pages.home, name="home"),
    path("cities/", pages.city_list, name="list"),
    path("cities/<slug:slug>/", pages.city_detail, name="detail"),
]
