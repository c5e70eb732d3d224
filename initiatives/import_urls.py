from django.urls import path

from initiatives.views import exports, imports, imports_matching, imports_receipt, imports_review

app_name = "imports"
urlpatterns = [
    path("", imports.import_list, name="list"),
    path("add/", imports.import_add, name="add"),
    path("template/", exports.template, name="template"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<uuid:public_id>/", exports.export, name="export"),
    path("exports/<uuid:public_id>/file/", exports.export_file, name="export_file"),
    path("<uuid:public_id>/", imports.import_run, name="run"),
    path("<uuid:public_id>/match/", imports_matching.match, name="match"),
    path("<uuid:public_id>/back/", imports_matching.back, name="back"),
    path("<uuid:public_id>/confirm/", imports_review.confirm, name="confirm"),
    path("<uuid:public_id>/discard/", imports.discard, name="discard"),
    path("<uuid:public_id>/undo/", imports_receipt.undo, name="undo"),
    path("<uuid:public_id>/original/", imports.original, name="original"),
    path("<uuid:public_id>/marked/", imports.marked, name="marked"),
]
