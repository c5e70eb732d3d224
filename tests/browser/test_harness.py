"""What the browser tests promise to notice, they notice."""

import pytest


def test_axe_reports_what_is_wrong(page, accessible):
    page.set_content("<html><img src='data:,'></html>")
    with pytest.raises(AssertionError, match="document-title"):
        accessible()


def test_a_breach_of_the_content_security_policy_is_noticed(page, complaints, parma):
    page.goto("/")
    with page.expect_console_message():
        page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\"></p>')")
    assert "Content Security Policy" in complaints.pop()


def test_a_missing_file_is_noticed(page, complaints, parma):
    page.goto("/")
    with page.expect_console_message():
        page.evaluate("() => { document.body.append(Object.assign(new Image(), {src: '/static/gone.png'})) }")
    assert "gone.png" in complaints.pop()
