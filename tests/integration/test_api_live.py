"""Watching and taking over through the API and the commands; the robot is scripted, its picture made by hand."""

import asyncio
import base64
import json
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from running_orchestrator import LOOK, eventually, job_with, robot_of, settings_in
from scripted_robot import LIMIT_S, ScriptedRobot
from typer.testing import CliRunner
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from orchestrator.app import Orchestrator
from orchestrator.cli.commands import app
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.client.live import LiveFrame
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.live import GoneView, LookView
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.live import FrameFacts, KeyEvent, Then, ViewKind, ViewWish
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.live import LiveFramePart, LiveNews, RunInput, TakeOver, UnwatchRun, WatchRun
from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered
from orchestrator.contract.protocol.terms import LIVE
from orchestrator.contract.questions import AtDeadline, QuestionKind, QuestionText
from orchestrator.contract.states import JobStatus

JPEG = b"\xff\xd8 a picture \xff\xd9"


async def show(robot: ScriptedRobot, offer: JobAssignment, number: int = 1) -> None:
    await robot.say(
        LiveFramePart(
            job_id=offer.job_id,
            attempt=offer.attempt,
            number=number,
            part=0,
            parts=1,
            facts=FrameFacts(number=number, page_width=1280, page_height=800, url="http://here/"),
            data=base64.b64encode(JPEG).decode(),
        )
    )


async def at_work(client: OrchestratorClient, robot: ScriptedRobot) -> JobAssignment:
    await client.submit(SubmitRequest(definition=LOOK))
    return await robot.take_job()


async def ask(robot: ScriptedRobot, offer: JobAssignment) -> None:
    order = await robot.hear(TakeOver)
    text = QuestionText(
        kind=QuestionKind.SOLVE,
        question=f"{order.by} has it.",
        choices=tuple(Then),
        default="continue",
        deadline_s=order.deadline_s,
        at_deadline=AtDeadline.CONTINUE,
    )
    await robot.say(AskPerson(job_id=offer.job_id, attempt=1, question_id="q", step_id="", text=text))


def command(orchestrator: Orchestrator, *words: str) -> str:
    """What a command says, run in a thread of this process."""
    given = [*words, "--connect", orchestrator.url, "--key", orchestrator.key]
    result = CliRunner().invoke(app, given)
    if isinstance(result.exception, BotswainError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.feature("X03")
async def test_one_picture_comes_over_http_and_into_a_file(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with robot_of(orchestrator, features=(LIVE,)) as robot:
        offer = await at_work(client, robot)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(http.get(f"/jobs/{offer.job_id}/frame", params={"width": 640}))
            asked = await robot.hear(WatchRun)
            assert (asked.wish.kind, asked.wish.width) == (ViewKind.THUMBNAIL, 640)
            await show(robot, offer)
        answer = asking.result()
        assert (answer.content, answer.headers["content-type"]) == (JPEG, "image/jpeg")
        await robot.hear(UnwatchRun)

        file = tmp_path / "new" / "now.jpg"
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(
                asyncio.to_thread(command, orchestrator, "watch", offer.job_id, "--frame", str(file))
            )
            await robot.hear(WatchRun)
            await show(robot, offer)
        assert "Written to" in writing.result()
        assert file.read_bytes() == JPEG
        assert (await http.get(f"/jobs/{offer.job_id}/frame", params={"width": 9})).status_code == 422
        assert (await http.get("/jobs/nobody/frame")).status_code == 404
        await robot.finish(offer)
    gone = await http.get(f"/jobs/{offer.job_id}/frame")
    assert (gone.status_code, "has ended" in gone.json()["message"]) == (409, True)


@pytest.mark.feature("X03")
async def test_the_command_follows_a_run_and_keeps_its_frames(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    async with robot_of(orchestrator, features=(LIVE,)) as robot:
        offer = await at_work(client, robot)
        words = ("watch", offer.job_id, "--frames", str(tmp_path / "seen"), "--count", "2", "--json")
        async with asyncio.TaskGroup() as group:
            following = group.create_task(asyncio.to_thread(command, orchestrator, *words))
            await robot.hear(WatchRun)
            await show(robot, offer, 1)
            await eventually(lambda: asyncio.to_thread((tmp_path / "seen" / "00001.jpg").exists), bool)
            await robot.say(LiveNews(job_id=offer.job_id, attempt=1, problem="The page hangs."))
            await show(robot, offer, 2)
        lines = [json.loads(line) for line in following.result().splitlines()]
        assert [line["facts"]["number"] for line in lines if line["kind"] == "frame"] == [1, 2]
        assert "The page hangs." in [line["problem"] for line in lines if line["kind"] == "look"]
        assert sorted(each.name for each in (tmp_path / "seen").iterdir()) == ["00001.jpg", "00002.jpg"]
        await robot.finish(offer)


@pytest.mark.feature("X04")
async def test_a_run_is_taken_over_and_handed_back_with_commands(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator, features=(LIVE,)) as robot:
        offer = await at_work(client, robot)
        words = ("take-over", offer.job_id, "--as", "anna", "--for", "10m", "--reason", "a captcha", "--json")
        async with asyncio.TaskGroup() as group:
            taking = group.create_task(asyncio.to_thread(command, orchestrator, *words))
            await ask(robot, offer)
        said = json.loads(taking.result())
        assert (said["lease"]["holder"], said["lease"]["is_held"], said["page"]["may_act"]) == ("anna", True, True)
        await job_with(client, offer.job_id, JobStatus.WAITING_FOR_HUMAN)
        with pytest.raises(RefusedError, match="anna has job"):
            await client.live.take_over(offer.job_id)
        with pytest.raises(RefusedError, match="anna has job"):
            await asyncio.to_thread(command, orchestrator, "hand-back", offer.job_id, "--as", "bert")
        back = ("hand-back", offer.job_id, "--as", "anna", "--then", "skip", "--note", "solved")
        assert "goes on" in await asyncio.to_thread(command, orchestrator, *back)
        answer = await robot.hear(PersonAnswered)
        assert (answer.answer, answer.answered_by, answer.note) == ("skip", "anna", "solved")
        await robot.finish(offer)


@pytest.mark.feature("X03", "X04")
async def test_the_live_page_takes_over_acts_and_hands_back_on_its_socket(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator, features=(LIVE,)) as robot:
        offer = await at_work(client, robot)
        token = (await client.live.page(offer.job_id, may_act=True)).url.partition("#")[2]
        host = orchestrator.url.partition("://")[2]
        async with connect(f"ws://{host}/live/socket", origin=f"http://{host}", proxy=None) as page:  # type: ignore[arg-type]

            async def hear(kind: str) -> dict[str, object]:
                async with asyncio.timeout(LIMIT_S):
                    while True:
                        said = await page.recv()
                        if isinstance(said, str) and (message := json.loads(said))["kind"] == kind:
                            found: dict[str, object] = message
                            return found

            await page.send(json.dumps({"kind": "pass", "token": token}))
            assert (await hear("welcome"))["may_act"] is True
            await page.send(json.dumps({"kind": "wish", "wish": {"width": 700}}))
            while (await robot.hear(WatchRun)).wish.width != 700:
                pass
            await page.send(json.dumps({"kind": "take_over"}))
            await ask(robot, offer)
            lease = await hear("lease")
            await page.send(json.dumps({"kind": "input", "token": lease["token"], "events": [{"kind": "jump"}]}))
            assert "events" in str((await hear("refusal"))["message"])
            event = {"kind": "key", "key": "a"}
            await page.send(json.dumps({"kind": "input", "token": lease["token"], "events": [event]}))
            assert (await robot.hear(RunInput)).events == (KeyEvent(key="a"),)
            await page.send(json.dumps({"kind": "hand_back", "token": lease["token"], "then": "fail"}))
            assert (await hear("handed_back"))["then"] == "fail"
        assert (await robot.hear(PersonAnswered)).answer == "fail"
        await robot.finish(offer)


@pytest.mark.feature("X03")
async def test_the_wall_shows_every_run(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    async with robot_of(orchestrator, features=(LIVE,)) as robot, aclosing(client.live.wall()) as wall:
        offer = await at_work(client, robot)
        async with asyncio.timeout(LIMIT_S):
            look = await anext(wall)
            assert isinstance(look, LookView)
            assert (look.job_id, look.robot) == (offer.job_id, "anna")
            while (await robot.hear(WatchRun)).wish.kind is not ViewKind.THUMBNAIL:
                pass
            await show(robot, offer)
            while not isinstance(seen := await anext(wall), LiveFrame):
                pass
            assert seen.jpeg == JPEG
            await robot.finish(offer)
            while not isinstance(gone := await anext(wall), GoneView):
                pass
            assert gone.job_id == offer.job_id


@pytest.mark.feature("X03")
async def test_pages_of_others_and_strangers_do_not_get_in(orchestrator: Orchestrator, http: httpx.AsyncClient) -> None:
    host = orchestrator.url.partition("://")[2]
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{host}/live/socket", origin="http://evil.example", proxy=None)  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    for path in ("/api/v1/wall", "/api/v1/jobs/x/live"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{host}{path}", proxy=None)
        assert refused.value.response.status_code == 401
    async with connect(f"ws://{host}/live/socket", proxy=None) as page:
        await page.send("what is this")
        await page.wait_closed()
        assert page.close_code == 1008
    own = {"Origin": orchestrator.url}
    assert (await http.get("/jobs", headers=own)).status_code == 403, "the page's own address opens only its own things"
    assert (await http.post("/jobs/x/input", json={"token": "", "events": []})).status_code == 422


async def test_a_run_on_an_old_robot_cannot_be_shown(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    async with robot_of(orchestrator) as robot:
        offer = await at_work(client, robot)
        for refused in (client.live.frame(offer.job_id), client.live.take_over(offer.job_id)):
            with pytest.raises(RefusedError, match="update it"):
                await refused
        with pytest.raises(RefusedError, match="update it"):
            async with aclosing(client.live.watch(offer.job_id, ViewWish())) as news:
                await anext(news)
        await robot.finish(offer)


async def test_views_end_when_the_orchestrator_stops(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def look(client: OrchestratorClient, job_id: str) -> None:
        async with aclosing(client.live.watch(job_id)) as news:
            async for _ in news:
                pass
        ended.set()

    async with asyncio.TaskGroup() as group:
        async with Orchestrator.running(settings_in(tmp_path)) as orchestrator:
            client = OrchestratorClient(orchestrator.url, orchestrator.key)
            async with robot_of(orchestrator, features=(LIVE,)) as robot:
                offer = await at_work(client, robot)
                group.create_task(look(client, offer.job_id))
                await robot.hear(WatchRun)
        async with asyncio.timeout(LIMIT_S):
            await ended.wait()
    await client.close()
