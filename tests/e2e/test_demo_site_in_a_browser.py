"""What only a real browser shows of the demo site: late content, a dialog, and a field that wants key presses."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Dialog, Page, Route, async_playwright, expect

LETTER = "I have done this kind of work before, and would like to do it for you. " * 3
BROWSERS = ("/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "chromium", "google-chrome")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "resources.demo_site", "--die-with-parent", "--late-content", "0.2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@pytest.fixture
async def page(url: str) -> AsyncIterator[Page]:
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser_path is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, chromium_sandbox=False)
        context = await browser.new_context(base_url=url)
        await context.request.post("/admin/reset")
        yield await context.new_page()
        await browser.close()


async def log_in(page: Page, goal: str) -> None:
    await page.goto(goal)
    await page.get_by_label("Email").fill("demo@ardan.test")
    await page.get_by_label("Password").fill("demo-pass-1")
    await page.get_by_test_id("login-submit").click()
    await page.wait_for_url(f"**{goal}")


async def test_the_client_history_arrives_after_the_page(page: Page) -> None:
    let_go = asyncio.Event()

    async def hold_back(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route("**/history", hold_back)
    await page.goto("/jobs/j1001")
    await expect(page.get_by_test_id("client-history")).to_have_attribute("aria-busy", "true")
    let_go.set()
    await expect(page.get_by_test_id("client-history-table").get_by_role("row")).to_have_count(7)
    await expect(page.get_by_test_id("client-history")).to_have_attribute("aria-busy", "false")


async def test_a_history_that_fails_to_load_can_be_let_go_again(page: Page) -> None:
    await page.route("**/history", lambda route: route.fulfill(status=503))
    await page.goto("/jobs/j1001")
    retry = page.get_by_test_id("late-retry")
    await expect(retry).to_be_visible()
    await page.unroute("**/history")
    await retry.click()
    await expect(page.get_by_test_id("client-history-table")).to_be_visible()


async def test_withdrawing_asks_first(page: Page) -> None:
    await log_in(page, "/jobs/j1002/apply")
    await page.get_by_label("Your proposal").fill(LETTER)
    await page.get_by_label("Your bid").fill("90")
    await page.get_by_test_id("proposal-submit").click()
    await expect(page.get_by_test_id("confirmation-number")).to_be_visible()
    await page.goto("/proposals")
    questions: list[str] = []

    async def refuse(dialog: Dialog) -> None:
        questions.append(dialog.message)
        await dialog.dismiss()

    page.once("dialog", refuse)
    await page.get_by_test_id("withdraw").click()
    await expect(page.get_by_role("cell", name="Submitted", exact=True)).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_test_id("withdraw").click()
    await expect(page.get_by_role("cell", name="Withdrawn", exact=True)).to_be_visible()
    assert questions[0].startswith("Withdraw the proposal for")


async def test_the_profile_address_takes_keys_but_no_set_value(page: Page) -> None:
    await log_in(page, "/profile")
    field = page.get_by_label("Type your address")
    await field.fill("set-at-once")
    await expect(field).to_have_value("")
    await field.press_sequentially("Dana  Moreno!")
    await page.get_by_test_id("vanity-save").click()
    await expect(page.get_by_test_id("vanity-link")).to_contain_text("/u/dana-moreno")


async def test_a_portfolio_file_goes_up_and_comes_down(page: Page, tmp_path: Path) -> None:
    sent = tmp_path / "study.bin"
    sent.write_bytes(bytes(range(256)))
    await log_in(page, "/profile")
    await page.get_by_label("Item title").fill("Study")
    await page.get_by_label("Portfolio file").set_input_files(sent)
    await page.get_by_test_id("portfolio-upload").click()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="study.bin").click()
    download = await coming.value
    assert download.suggested_filename == "study.bin"
    back = tmp_path / "back.bin"
    await download.save_as(back)
    assert back.read_bytes() == sent.read_bytes()
