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


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_browser_keeps_nothing_of_the_test_before(page, parma, turn):
    assert (page.context.cookies(), page.viewport_size["width"]) == ([], 1280)
    page.goto("/")
    assert page.evaluate("() => [localStorage.note, sessionStorage.note]") == [None, None]
    page.evaluate("() => { document.cookie = localStorage.note = sessionStorage.note = 'left=behind' }")
    page.set_viewport_size({"width": 320, "height": 640})
    page.context.new_page().goto("/")
    page.context.set_offline(True)
