from django.urls import path

from will_portal.accounts.views import data, people

app_name = "accounts"
urlpatterns = [
    path("home/", people.home, name="home"),
    path("data/", data.your_data, name="your_data"),
    path("data/copy.json", data.your_data_copy, name="your_data_copy"),
    path("data/erasure/", data.erasure_ask, name="erasure_ask"),
    path("data/erasure/withdraw/", data.erasure_withdraw, name="erasure_withdraw"),
    path("erasures/", data.erasure_list, name="erasure_list"),
    path("erasures/<uuid:pk>/", data.erasure_carry_out, name="erasure_carry_out"),
    path("profile/", people.profile, name="profile"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
    path("second-factor/<uuid:person>/ask/", people.second_factor_ask, name="second_factor_ask"),
    path("second-factor-resets/<uuid:pk>/", people.second_factor_reset, name="second_factor_reset"),
    path(
        "second-factor-resets/<uuid:pk>/confirm/", people.second_factor_confirm, name="second_factor_confirm"
    ),
    path("second-factor-resets/<uuid:pk>/cancel/", people.second_factor_cancel, name="second_factor_cancel"),
]
