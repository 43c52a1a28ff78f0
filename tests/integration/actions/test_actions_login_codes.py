"""login on sites that ask for a one-time code after the password, in frames, or for a new password."""

import time
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.one_time_code import CodeMaker

Robot = Any  # the fixtures' own classes live in conftest, which importlib mode does not let tests import
Pages = Any

SECRET = "GEZD GNBV GY3T QOJQ"
ADA = {"username": "ada", "password": "right"}
NEXT = """<form id=login><input name=user><input type=password name=pw><button>Log in</button></form>
<script>login.onsubmit = event => { event.preventDefault();
  location = login.pw.value === "right" ? "/code" : "/login?again" };</script>"""
ONE_FIELD = """<h1>Two-factor authentication</h1><form id=step>%beside%<label>%label% <input name=%name%></label>
<button type=button>Cancel</button><button>Verify</button><p id=said></p></form>
<script>step.onsubmit = event => { event.preventDefault();
  if (["%code%", "424242"].includes(step["%name%"].value)) location = "/inside";
  else { said.className = "error"; said.textContent = "This code is wrong." } };</script>"""
BOXES = """<p>Enter the 6-digit code from your app</p><form>%fields%</form><script>
const boxes = [...document.querySelectorAll("input")];
boxes.forEach((box, at) => box.oninput = async () => {
  boxes[at + 1]?.focus();
  if (boxes.some(each => !each.value)) return;
  const given = boxes.map(each => each.value).join("");
  await fetch("/check", { method: "POST" });
  if (given === "424242") document.body.innerHTML = "<h1>Inside</h1>";
  else { boxes.forEach(each => each.value = ""); document.querySelector("p").textContent = "Wrong. Try again." }
})</script>""".replace("%fields%", "<input maxlength=1 inputmode=numeric>" * 6)


def serve(pages: Pages, asks: str) -> None:
    pages.page("/login", NEXT)
    pages.page("/code", asks)
    pages.page("/inside", "<h1>Inside</h1><form><input name=coupon_code placeholder='Coupon code'></form>")


def one_field(label: str, name: str, beside: str = "") -> str:
    """Takes the code of now, which is asked for by this name, and 424242."""
    code = CodeMaker.of(SECRET)
    made = ONE_FIELD.replace("%label%", label).replace("%name%", name).replace("%beside%", beside)
    return made.replace('"%code%"', f'"{code.code(time.time())}", "{code.code(time.time() + 30)}"')


@pytest.mark.parametrize(
    ("label", "name", "beside"),
    [
        ("Code", "otp_token", ""),
        ("Verification code", "x1", "<input type=search name=q>"),
        ("Code", "code", ""),
        ("Bestätigungscode", "antwort", ""),
    ],
)
async def test_a_page_that_asks_for_a_one_time_code_is_no_login_unless_the_step_has_one(
    robot: Robot, pages: Pages, label: str, name: str, beside: str
) -> None:
    serve(pages, one_field(label, name, beside))
    asked = await robot.failure("login", **ADA)
    assert (asked.kind, asked.message) == (
        ErrorKind.BUSINESS,
        "The site asks for a one-time code after the password.",
    )
    assert "`totp`" in str(asked.hint)
    came = await robot.do("login", **ADA, totp=SECRET)
    assert came == {"user": "ada", "url": f"{pages.url}/inside"}
    refused = await robot.failure("login", **ADA, code="000000")
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "This code is wrong.")


async def test_a_code_page_can_be_left_to_the_next_steps(robot: Robot, pages: Pages) -> None:
    serve(pages, one_field("Code", "otp"))
    came = await robot.do("login", **ADA, leave_code=True)
    assert came == {"user": "ada", "url": f"{pages.url}/code", "asks_for_code": True}
    await robot.do("fill", target="label=Code", value="424242")
    await robot.do("click", target="text=Verify", expect="navigation")
    assert await robot.do("extract", target="h1") == "Inside"


async def test_a_code_of_one_box_for_each_digit_that_sends_itself_is_given(robot: Robot, pages: Pages) -> None:
    serve(pages, BOXES)
    pages.page("/check", "")
    await robot.do("login", **ADA, code="424242")
    assert await robot.do("extract", target="h1") == "Inside"
    refused = await robot.failure("login", **ADA, code="111111")
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "Wrong. Try again.")


async def test_a_field_for_a_code_beside_the_password_is_filled_by_those_who_have_one(
    robot: Robot, pages: Pages
) -> None:
    pages.page("/in", "<h1>Inside</h1>")
    pages.page(
        "/login",
        """<form id=login><input name=user><input type=password name=pw><input name=otp placeholder="OTP (optional)">
        <button>Log in</button></form><script>login.onsubmit = event => { event.preventDefault();
        location = login.pw.value === "right" ? "/in?" + login.otp.value : "/login?again" };</script>""",
    )
    assert (await robot.do("login", **ADA))["url"].endswith("/in?")
    assert (await robot.do("login", **ADA, code="424242"))["url"].endswith("/in?424242")
    wrong = await robot.failure("login", username="ada", password="wrong", code="424242")
    assert wrong.message == "The site shows its login form again: name or password are wrong."


async def test_a_page_that_wants_a_new_password_is_not_called_a_wrong_one(robot: Robot, pages: Pages) -> None:
    serve(pages, "<form><input type=password name=new><input type=password name=again><button>Set</button></form>")
    expired = await robot.failure("login", **ADA)
    assert (expired.kind, expired.message) == (
        ErrorKind.BUSINESS,
        "The site asks for a new password before it lets one in.",
    )


async def test_a_form_in_a_frame_logs_in_and_is_refused_in_its_own_words(robot: Robot, pages: Pages) -> None:
    pages.page("/login", "<h1>Portal</h1><iframe src=/ad></iframe><iframe src=/form></iframe>")
    pages.page("/ad", "<p class=error>Buy!</p>")
    pages.page(
        "/form",
        """<form id=login><input name=user><input type=password name=pw><button>Log in</button><p id=said></p></form>
        <script>login.onsubmit = event => { event.preventDefault();
        if (login.pw.value === "right") parent.location = "/inside"; else said.textContent = "Unknown user." };
        </script>""",
    )
    pages.page("/inside", "<h1>Inside</h1>")
    refused = await robot.failure("login", username="ada", password="wrong")
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "Unknown user.")
    assert (await robot.do("login", **ADA))["url"].endswith("/inside")


async def test_a_status_that_refuses_makes_the_words_beside_the_form_a_refusal_at_once(
    robot: Robot, pages: Pages
) -> None:
    pages.page(
        "/login",
        """<form id=login><input name=user><input type=password name=pw><button>Log in</button><p id=said></p></form>
        <script>
        login.onsubmit = async event => { event.preventDefault();
        said.textContent = "Just a moment ...";
        const answer = await fetch("/api", { method: "POST" }); said.textContent = "No: " + answer.status };
        </script>""",
    )
    pages.statuses["/api"] = [401]
    began_s = time.monotonic()
    refused = await robot.failure("login", username="ada", password="wrong")
    assert (refused.kind, refused.message) == (ErrorKind.BUSINESS, "No: 401")
    assert time.monotonic() - began_s < 10
