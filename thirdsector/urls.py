from django.urls import path

from thirdsector.views import downloads, pages, people

app_name = "thirdsector"
urlpatterns = [
    path("third-sector/", pages.organisation_list, name="list"),
    path("third-sector.csv", downloads.organisation_csv, name="list_csv"),
    path("third-sector.xlsx", downloads.organisation_xlsx, name="list_xlsx"),
    path("third-sector.json", downloads.organisation_json, name="list_json"),
    path("third-sector/add/", pages.organisation_add, name="add"),
    path("third-sector/<uuid:public_id>/", pages.organisation_detail, name="detail"),
    path("third-sector/<uuid:public_id>/edit/", pages.organisation_edit, name="edit"),
    path("third-sector/<uuid:public_id>/history/", pages.organisation_history, name="history"),
    path("third-sector/<uuid:public_id>/people/", people.people, name="people"),
    path("third-sector/<uuid:public_id>/people/invite/", people.invite, name="people_invite"),
    path("third-sector/memberships/<uuid:pk>/", people.membership, name="membership"),
    path("third-sector/memberships/<uuid:pk>/role/", people.membership_role, name="membership_role"),
    path("third-sector/memberships/<uuid:pk>/end/", people.membership_end, name="membership_end"),
]
