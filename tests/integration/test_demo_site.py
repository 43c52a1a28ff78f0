"""The demo site as robots meet it: a process of its own, spoken to over HTTP."""

import csv
import io
import json
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from resources.demo_site.data import client_history, search, seed_jobs

LIMIT_S = 30
LETTER = "I have done this kind of work before, twice, and would like to do it for you. " * 3
DEFAULTS = {"latency_s": 0, "latency_jitter_s": 0, "error_rate": 0, "late_content_s": 0}


def start(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "resources.demo_site", "--die-with-parent", *options]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], LIMIT_S)
    assert ready, "the site said nothing"
    return str(json.loads(process.stdout.readline())["url"])


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = start(*options)
    try:
        yield process, address_of(process)
    finally:
        process.kill()
        process.communicate(timeout=LIMIT_S)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running("--late-content", "0") as (_, address):
        yield address


@pytest.fixture
def visitor(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=LIMIT_S, trust_env=False, follow_redirects=True) as client:
        client.post("/admin/settings", json=DEFAULTS).raise_for_status()
        client.post("/admin/reset").raise_for_status()
        yield client


@pytest.fixture
def member(visitor: httpx.Client) -> httpx.Client:
    assert log_in(visitor).status_code == 200
    return visitor


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def log_in(
    client: httpx.Client, email: str = "demo@ardan.test", password: str = "demo-pass-1", goal: str = "/profile"
) -> httpx.Response:
    form = {"csrf_token": token(client, "/login"), "email": email, "password": password, "next": goal}
    return client.post("/login", data=form)


def apply(
    client: httpx.Client, job: str, *, content: str = LETTER, bid: str = "85", **files: tuple[str, bytes]
) -> httpx.Response:
    form = {"csrf_token": token(client, "/profile"), "content": content, "bid": bid}
    return client.post(f"/jobs/{job}/apply", data=form, files=files or {"attachment": ("", b"")})


def texts(page: str, test_id: str) -> list[str]:
    return re.findall(rf'data-testid="{test_id}"[^>]*>([^<]*)<', page)


def test_the_right_password_opens_the_page_that_was_asked_for(visitor: httpx.Client) -> None:
    assert visitor.get("/jobs/j1001/apply").url.path == "/login"
    answer = log_in(visitor, goal="/jobs/j1001/apply")
    assert answer.url.path == "/jobs/j1001/apply"
    assert texts(answer.text, "user-name") == ["Dana Moreno"]


@pytest.mark.parametrize(
    ("email", "password", "status", "message"),
    [
        ("demo@ardan.test", "wrong", 401, "Email or password is wrong."),
        ("nobody@ardan.test", "demo-pass-1", 401, "Email or password is wrong."),
        ("locked@ardan.test", "anything", 403, "This account is locked. Please contact support."),
    ],
)
def test_a_refused_login_says_why(visitor: httpx.Client, email: str, password: str, status: int, message: str) -> None:
    answer = log_in(visitor, email, password)
    assert (answer.status_code, texts(answer.text, "login-error")) == (status, [message])
    assert visitor.get("/profile").url.path == "/login"


def test_logging_out_ends_the_session(member: httpx.Client) -> None:
    answer = member.post("/logout", data={"csrf_token": token(member, "/profile")})
    assert texts(answer.text, "notice") == ["You are logged out."]
    assert member.get("/proposals").url.path == "/login"


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "guessed"}, {"csrf_token": "ü"}])
def test_a_form_without_the_sessions_token_is_refused(member: httpx.Client, sent: dict[str, str]) -> None:
    answer = member.post("/profile/skills", data={**sent, "skill": "Forgery"})
    assert answer.status_code == 403
    assert "Forgery" not in member.get("/profile").text


@pytest.mark.parametrize("sort", ["newest", "score"])
@pytest.mark.parametrize("q", ["Salesforce AI", "Playwright"])
def test_the_pages_of_a_search_together_are_the_search(visitor: httpx.Client, q: str, sort: str) -> None:
    found: list[str] = []
    path: str | None = str(httpx.URL("/jobs", params={"q": q, "sort": sort}))
    while path:
        page = visitor.get(path).text
        found += re.findall(r'data-job-id="([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert found == [job.id for job in search(seed_jobs(), q=q, sort=sort)]


def test_filters_of_the_page_are_the_filters_of_the_search(visitor: httpx.Client) -> None:
    query = {"q": "Python", "category": "QA & Automation", "min_budget": "60", "level": "expert", "sort": "budget"}
    wanted = search(seed_jobs(), q="Python", category="QA & Automation", min_budget=60, level="expert", sort="budget")
    page = visitor.get("/jobs", params=query).text
    assert f'data-count="{len(wanted)}"' in page
    assert re.findall(r'data-job-id="([^"]+)"', page) == [job.id for job in wanted[:10]]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/jobs?level=guru", 422), ("/jobs?min_budget=x", 422), ("/jobs?q=Python&page=99", 404), ("/jobs/none", 404),
     ("/reports?page=9", 404), ("/nowhere", 404), ("/logout", 405)],
)  # fmt: skip
def test_what_does_not_exist_is_a_page_with_a_status(visitor: httpx.Client, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    assert "Ardan" in answer.text


def test_the_client_history_comes_late(visitor: httpx.Client) -> None:
    visitor.post("/admin/settings", json={"late_content_s": 0.3}).raise_for_status()
    job = seed_jobs()[0]
    first = client_history(job.client)[0].title
    assert first not in visitor.get(job.url).text
    began_at = monotonic()
    assert first in visitor.get(f"{job.url}/history").text
    assert monotonic() - began_at >= 0.3


def test_a_proposal_is_confirmed_listed_exported_and_comes_back_with_its_attachment(member: httpx.Client) -> None:
    answer = apply(member, "j1003", bid="62.5", attachment=("plan ä.bin", bytes(range(256)) * 300))
    number = texts(answer.text, "confirmation-number")[0]
    assert re.fullmatch(r"ARD-[0-9A-F]{8}", number)
    assert answer.url.path == f"/proposals/{number}"
    assert number in member.get("/proposals").text
    rows = list(csv.DictReader(io.StringIO(member.get("/proposals.csv").text)))
    assert [(row["confirmation"], row["job_id"], row["bid_usd"]) for row in rows] == [(number, "j1003", "62.50")]
    file = member.get(f"/proposals/{number}/attachment")
    assert file.content == bytes(range(256)) * 300
    assert "plan%20%C3%A4.bin" in file.headers["content-disposition"]


def test_a_proposal_that_breaks_rules_keeps_what_was_typed_and_marks_the_fields(member: httpx.Client) -> None:
    answer = apply(member, "j1003", content="Too <short>", bid="201")
    assert answer.status_code == 422
    assert texts(answer.text, "error-content") == ["Write 100 to 5000 characters; this has 11."]
    assert texts(answer.text, "error-bid") == ["The bid must be a number from 10 to 200 dollars per hour."]
    assert "Too &lt;short&gt;" in answer.text
    assert texts(member.get("/proposals").text, "no-proposals")


def test_a_proposal_with_an_email_address_is_rejected(member: httpx.Client) -> None:
    answer = apply(member, "j1003", content=LETTER + "dana@example.org")
    assert answer.status_code == 422
    assert "must not contain an email address" in texts(answer.text, "proposal-rejected")[0]


def test_a_second_proposal_for_a_job_is_refused_until_the_first_is_withdrawn(member: httpx.Client) -> None:
    first = texts(apply(member, "j1004").text, "confirmation-number")[0]
    again = apply(member, "j1004")
    assert again.status_code == 409
    assert "You already sent a proposal for this job" in again.text
    member.post(f"/proposals/{first}/withdraw", data={"csrf_token": token(member, "/profile")}).raise_for_status()
    second = texts(apply(member, "j1004").text, "confirmation-number")[0]
    assert second != first


def test_users_do_not_see_each_others_proposals(member: httpx.Client) -> None:
    number = texts(apply(member, "j1005").text, "confirmation-number")[0]
    log_in(member, "sam@ardan.test", "sam-pass-1")
    assert member.get(f"/proposals/{number}").status_code == 404
    assert apply(member, "j1005").status_code == 200


def test_availability_and_skills_are_saved(member: httpx.Client) -> None:
    csrf = {"csrf_token": token(member, "/profile")}
    saved = member.post("/profile/availability", data={**csrf, "availability": "unavailable", "hours_per_week": "0"})
    assert texts(saved.text, "profile-status") == ["Unavailable"]
    member.post("/profile/skills", data={**csrf, "skill": "Rust"})
    assert member.post("/profile/skills", data={**csrf, "skill": "rust"}).status_code == 422
    page = member.post("/profile/skills/remove", data={**csrf, "skill": "Python"}).text
    assert re.findall(r'data-skill="([^"]+)"', page) == ["Playwright", "Salesforce", "PostgreSQL", "Rust"]


def test_a_portfolio_file_comes_back_as_it_was_sent(member: httpx.Client) -> None:
    form = {"csrf_token": token(member, "/profile"), "title": "Site map"}
    page = member.post("/profile/portfolio", data=form, files={"file": ("../map.png", b"\x89PNG\x00\xff")}).text
    item = re.findall(r'data-item-id="([^"]+)"', page)[-1]
    file = member.get(f"/profile/portfolio/{item}/file")
    assert (file.content, "''map.png" in file.headers["content-disposition"]) == (b"\x89PNG\x00\xff", True)


def test_refreshing_a_portfolio_item_moves_its_time(member: httpx.Client) -> None:
    csrf = {"csrf_token": token(member, "/profile")}
    before = texts(member.get("/profile").text, "refreshed-at")
    after = texts(member.post("/profile/portfolio/p2/refresh", data=csrf).text, "refreshed-at")
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] > before[1]


def test_a_profile_address_belongs_to_one_user(member: httpx.Client) -> None:
    saved = member.post("/profile/vanity", data={"csrf_token": token(member, "/profile"), "vanity": "dana"})
    assert texts(saved.text, "profile-completeness") == ["80%"]
    log_in(member, "sam@ardan.test", "sam-pass-1")
    taken = member.post("/profile/vanity", data={"csrf_token": token(member, "/profile"), "vanity": "dana"})
    assert texts(taken.text, "error-vanity") == ["Somebody else has this address."]
    assert texts(member.get("/u/dana").text, "profile-name") == ["Dana Moreno"]


def test_an_upload_beyond_5_mib_is_refused(member: httpx.Client) -> None:
    answer = apply(member, "j1006", attachment=("big.bin", b"x" * (5 * 1024 * 1024 + 1)))
    assert (answer.status_code, "larger than 5 MiB" in answer.text) == (413, True)


def test_the_report_sorts_by_each_column_over_its_pages(visitor: httpx.Client) -> None:
    pages = [visitor.get(f"/reports?sort=hires&dir=desc&page={page}").text for page in range(1, 6)]
    rows = [row for page in pages for row in re.findall(r'<tr><td class="whole">(.*?)</tr>', page)]
    hires = [int(re.findall(r'class="number">([^<]+)<', row)[2]) for row in rows]
    assert len(rows) == 84
    assert hires == sorted(hires, reverse=True)


def test_a_share_of_pages_fails_in_the_same_places_each_time(visitor: httpx.Client) -> None:
    def statuses() -> list[int]:
        visitor.post("/admin/settings", json={"error_rate": 0.4}).raise_for_status()
        return [visitor.get("/jobs").status_code for _ in range(40)]

    first = statuses()
    assert set(first) == {200, 500, 503}
    assert statuses() == first


def test_probe_settings_and_static_files_never_fail(visitor: httpx.Client) -> None:
    visitor.post("/admin/settings", json={"error_rate": 1}).raise_for_status()
    for path in ("/healthz", "/admin/settings", "/static/site.css"):
        assert visitor.get(path).status_code == 200
    assert visitor.get("/").status_code in (500, 503)


def test_latency_delays_pages(visitor: httpx.Client) -> None:
    visitor.post("/admin/settings", json={"latency_s": 0.25}).raise_for_status()
    began_at = monotonic()
    visitor.get("/reports").raise_for_status()
    assert monotonic() - began_at >= 0.25


@pytest.mark.parametrize(
    ("sent", "named"),
    [({"error_rate": 2}, "error_rate"), ({"latency": 1}, "latency"), ({"seed": 1}, "seed"), ([], "body")],
)
def test_wrong_settings_are_refused_by_name_and_change_nothing(visitor: httpx.Client, sent: object, named: str) -> None:
    before = visitor.get("/admin/settings").json()
    answer = visitor.post("/admin/settings", json=sent)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(named)
    assert visitor.get("/admin/settings").json() == before


def test_a_reset_restores_the_seeded_profile(member: httpx.Client) -> None:
    apply(member, "j1007")
    member.post("/admin/reset").raise_for_status()
    assert texts(member.get("/proposals").text, "no-proposals")


def test_options_become_settings_and_the_port_file_holds_the_port(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with running("--port-file", str(port_file), "--seed", "9", "--error-rate", "0.5", "--latency", "0") as (_, url):
        assert url.endswith(f":{port_file.read_text()}")
        settings = httpx.get(f"{url}/admin/settings", trust_env=False).json()
    assert (settings["seed"], settings["error_rate"]) == (9, 0.5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_site_cleanly(number: signal.Signals) -> None:
    with running() as (process, _):
        process.send_signal(number)
        assert process.wait(LIMIT_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_the_site_ends_with_its_parent() -> None:
    with running() as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        assert process.wait(LIMIT_S) == 0


@pytest.mark.parametrize(
    ("options", "named"),
    [(("--error-rate", "3"), "error_rate"), (("--latency", "nan"), "latency_s"), (("--port", "70000"), "--port 70000")],
)
def test_wrong_options_are_one_sentence_and_status_2(options: tuple[str, ...], named: str) -> None:
    process = start(*options)
    _, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 2
    assert named in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_taken_port_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = start("--port", port)
        _, said = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, f"--port {port}: " in said) == (2, True)
