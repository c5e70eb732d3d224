from django.urls import path

from initiatives.views import downloads, initiatives, money, partners, stages

app_name = "initiatives"
urlpatterns = [
    path("initiatives/", initiatives.initiative_list, name="list"),
    path("initiatives.csv", downloads.initiative_csv, name="list_csv"),
    path("initiatives.xlsx", downloads.initiative_xlsx, name="list_xlsx"),
    path("initiatives.json", downloads.initiative_json, name="list_json"),
    path("initiatives/add/", initiatives.initiative_add, name="add"),
    path("initiatives/<uuid:public_id>/", initiatives.initiative_detail, name="detail"),
    path("initiatives/<uuid:public_id>/edit/", initiatives.initiative_edit, name="edit"),
    path("initiatives/<uuid:public_id>/history/", initiatives.initiative_history, name="history"),
    path("initiatives/<uuid:public_id>/stage/", stages.initiative_stage, name="stage"),
    path("initiatives/<uuid:public_id>/publish/", stages.initiative_publish, name="publish"),
    path("initiatives/<uuid:public_id>/unpublish/", stages.initiative_unpublish, name="unpublish"),
    path("initiatives/<uuid:public_id>/partners/", partners.partner_list, name="partners"),
    path("initiatives/<uuid:public_id>/partners/<int:pk>/", partners.partner_change, name="partner"),
    path(
        "initiatives/<uuid:public_id>/partners/<int:pk>/remove/",
        partners.partner_remove,
        name="partner_remove",
    ),
    path("initiatives/<uuid:public_id>/leave/<slug:slug>/", partners.partner_city_leave, name="leave"),
    path("initiatives/<uuid:public_id>/money/", money.money_edit, name="money"),
]
