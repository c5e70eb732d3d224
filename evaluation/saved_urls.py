from django.urls import path

from evaluation.views import saved

app_name = "saved"
urlpatterns = [
    path("", saved.view_list, name="list"),
    path("add/", saved.add, name="add"),
    path("<uuid:pk>/", saved.open_view, name="open"),
    path("<uuid:pk>/rename/", saved.rename, name="rename"),
    path("<uuid:pk>/delete/", saved.delete, name="delete"),
]
