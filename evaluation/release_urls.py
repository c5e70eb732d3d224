from django.urls import path

from evaluation.views import releases

app_name = "releases"
urlpatterns = [
    path("", releases.release_list, name="list"),
    path("<int:number>/", releases.release, name="detail"),
    path("<int:number>/data.csv", releases.data_csv, name="data_csv"),
    path("<int:number>/codebook/", releases.codebook, name="codebook"),
    path("<int:number>/codebook.csv", releases.codebook_csv, name="codebook_csv"),
]
