"""Pages that are the same for everybody: kept by browsers, and asked after every time."""

from flask import Response, make_response, request


def same_for_all(page: str) -> Response:
    """A page that a browser may keep, but shows again only if nothing of it has changed.

    The mark is a digest of the page itself: whatever an editor, a law or midnight changes is seen
    with the next look, and a withdrawn answer is never read from a cache.
    """
    response = make_response(page)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
