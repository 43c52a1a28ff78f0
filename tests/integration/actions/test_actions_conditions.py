"""wait_for with an expression, on real pages in a real browser."""

from typing import Any

from orchestrator.contract.errors import ErrorKind

Robot = Any
Pages = Any

BUSY = """<p id=state>Busy</p><ul></ul><input id=field><script>
setTimeout(() => { document.querySelector('ul').innerHTML = '<li class=row>1</li><li class=row>2</li>'; }, 150);
setTimeout(() => { document.querySelector('#state').textContent = ' Ready '; }, 300);
</script>"""


async def test_a_wait_ends_when_the_expression_is_true(robot: Robot, pages: Pages) -> None:
    await robot.do("goto", url=pages.page("/busy", BUSY))
    text = "page.count['.row'] == 2 and page.text['#state'] == 'Ready' and '/busy' in page.url"

    done = await robot.do("wait_for", expression=text)

    assert done is True


async def test_a_wait_goes_on_over_a_new_document(robot: Robot, pages: Pages) -> None:
    there = pages.page("/there", "<h1>There</h1>")
    await robot.do("goto", url=pages.page("/here", f"<script>setTimeout(() => location = {there!r}, 200)</script>"))

    done = await robot.do("wait_for", expression="page.title == '/there' and page.visible['h1']")

    assert done is True


async def test_a_wait_in_vain_says_what_the_page_had(robot: Robot, pages: Pages) -> None:
    await robot.do("goto", url=pages.page("/still", "<p id=state>Busy</p><input id=name value=Ada>"))

    failure = await robot.failure(
        "wait_for", expression="page.text['#state'] == 'Ready' or page.value['#name'] == ''", timeout=0.6
    )

    assert failure.kind is ErrorKind.TIMEOUT
    assert "Busy" in failure.message
    assert "Ada" in failure.message
