def wants_fragment(request):
    """Whether htmx asks for a part of the page; going back it asks again, and needs all of it."""
    return request.htmx and not request.htmx.history_restore_request
