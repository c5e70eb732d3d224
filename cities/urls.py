from django.urls import path

from cities.views import comparison, downloads, pages, people

app_name = "cities"
urlpatterns = [
    path("", pages.home, name="home"),
    path("cities/", pages.city_list, name="list"),
    path("cities.csv", downloads.city_csv, name="list_csv"),
    path("cities.json", downloads.city_json, name="list_json"),
    path("cities/compare/", comparison.city_compare, name="compare"),
    path("cities/compare.csv", comparison.compare_csv, name="compare_csv"),
    path("cities/compare.json", comparison.compare_json, name="compare_json"),
    path("about/", pages.about, name="about"),
    path("data/", pages.data, name="data"),
    path("cities/<slug:slug>/", pages.city_detail, name="detail"),
    path("cities/<slug:slug>/history/", pages.city_history, name="history"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="people_invite"),
    path("people/history/", people.history, name="people_history"),
    path("people/memberships/<uuid:pk>/", people.membership, name="membership"),
    path("people/memberships/<uuid:pk>/role/", people.membership_role, name="membership_role"),
    path("people/memberships/<uuid:pk>/end/", people.membership_end, name="membership_end"),
    path("people/memberships/<uuid:pk>/contact/", people.membership_contact, name="membership_contact"),
    path("people/groups/<slug:group>/<uuid:person>/", people.group_member, name="group_member"),
    path("people/groups/<slug:group>/<uuid:person>/end/", people.group_leave, name="group_leave"),
    path("people/invitations/<uuid:pk>/resend/", people.invitation_resend, name="invitation_resend"),
    path("people/invitations/<uuid:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
]
