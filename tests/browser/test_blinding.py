"""What a real browser is sent and shows in a session: nothing tells real images from generated ones."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Response, Route

from tests.support.rater import Rater
from tests.support.site_server import SiteServer
from tests.support.telling import find_telling


def sent(response: Response) -> str:
    """Address, headers and, but for images, body; the site's own code is the same for every study."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.all_headers().items())
    plain = response.ok and not response.headers["content-type"].startswith("image/")
    return f"{response.url}\n{headers}\n{response.text() if plain else ''}"


def test_a_browser_is_sent_nothing_that_tells(site: SiteServer, new_rater: Callable[..., Rater]) -> None:
    rater = new_rater("whole")
    responses: list[Response] = []
    welcomes: list[str] = []

    def keep(response: Response) -> None:
        responses.append(response)

    def keep_welcome(route: Route) -> None:
        # A browser forgets what it was sent before it went on to the session's page.
        fetched = route.fetch(max_redirects=0)
        headers = "\n".join(f"{name}: {value}" for name, value in fetched.headers.items())
        welcomes.append(f"{fetched.url}\n{headers}\n{fetched.text()}")
        route.fulfill(response=fetched)

    # What the first page still asks for would be gone with it.
    rater.page.get_by_role("button", name="I agree and take part").wait_for()
    rater.page.on("response", keep)
    rater.page.route("**/r/**", keep_welcome)
    rater.page.reload()
    rater.begin()
    rater.finish()
    own = [one for one in responses if "/static/" not in one.url and "/r/" not in one.url]
    assert len(own) > 20
    assert len(welcomes) == 2
    for welcome in welcomes:
        assert find_telling(site, welcome) == []
    for response in own:
        assert find_telling(site, sent(response)) == []
    assert find_telling(site, rater.page.content()) == []
    images = [response for response in own if "/stimuli/" in response.url]
    assert len({len(response.body()) for response in images}) == 1
    assert len({response.url for response in images}) == len(images)
