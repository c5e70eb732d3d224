from django.urls import path

from evaluation.views import statement

app_name = "statement"
urlpatterns = [
    path("<slug:slug>/", statement.statement, name="page"),
    path("<slug:slug>.csv", statement.statement_csv, name="csv"),
    path("<slug:slug>.xlsx", statement.statement_xlsx, name="xlsx"),
]
