from django.urls import path

from initiatives.views import confirmation, log, log_copy, log_forms, months

app_name = "log"
urlpatterns = [
    path("", log.log_list, name="list"),
    path("add/", log_forms.log_add, name="add"),
    path("copy-month/", log_copy.copy_month, name="copy"),
    path("<uuid:public_id>/", log.log_entry, name="entry"),
    path("<uuid:public_id>/edit/", log_forms.log_edit, name="edit"),
    path("<uuid:public_id>/clear-note/", log.clear_note, name="clear_note"),
    path("<uuid:public_id>/withdraw/", confirmation.withdraw, name="withdraw"),
    path("<uuid:public_id>/return/", confirmation.send_back, name="return"),
    path("to-confirm/", confirmation.to_confirm, name="to_confirm"),
    path("confirm/", confirmation.confirm, name="confirm"),
    path("returned/", confirmation.returned, name="returned"),
    path("months/", months.months, name="months"),
    path("months/<slug:slug>/<slug:month>/close/", months.month_close, name="month_close"),
    path("months/<slug:slug>/<slug:month>/reopen/", months.month_reopen, name="month_reopen"),
]
