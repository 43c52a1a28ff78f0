"""Which function performs which action; the contract's catalogue and this table name the same actions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from orchestrator.contract.actions import ai as a
from orchestrator.contract.actions import control as c
from orchestrator.contract.actions import data as d
from orchestrator.contract.actions import forms as f
from orchestrator.contract.actions import human as h
from orchestrator.contract.actions import interact as i
from orchestrator.contract.actions import marketplace as m
from orchestrator.contract.actions import navigate as n
from orchestrator.contract.actions import other as o
from orchestrator.contract.actions import page as p
from orchestrator.contract.actions import read as r
from orchestrator.contract.actions import remember as e
from orchestrator.contract.actions import script as t
from orchestrator.contract.actions import session as s
from orchestrator.contract.actions import tables as b
from orchestrator.contract.actions import work_items as w
from orchestrator.contract.actions.installed import InstalledAction, installed_actions
from orchestrator.contract.actions.spec import Parameters
from orchestrator.contract.ids import JsonValue
from robot.actions import (
    control,
    data,
    entries,
    extraction,
    files,
    forms,
    http,
    human,
    interaction,
    lists,
    navigation,
    page,
    reading,
    remember,
    script,
    sessions,
    tables,
    work_items,
    workbooks,
)
from robot.actions.ai import act, extract, observe
from robot.actions.marketplace import details, login, profile, proposals, search
from robot.actions.work import Work

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """An action's function, bound to the type of its parameters."""

    parameters: type[Parameters]
    perform: Callable[[Work, Mapping[str, JsonValue]], Awaitable[JsonValue]]
    """Reads the parameters (pydantic's ValidationError when they are wrong) and does it."""


def _by(parameters: type[P], function: Callable[[Work, P], Awaitable[JsonValue]]) -> Implementation:
    async def perform(work: Work, given: Mapping[str, JsonValue]) -> JsonValue:
        return await function(work, parameters.model_validate(given))

    return Implementation(parameters=parameters, perform=perform)


REGISTRY: Mapping[str, Implementation] = MappingProxyType(
    {
        "create_session_pool": _by(s.CreateSessionPool, sessions.create_session_pool),
        "acquire_sessions": _by(s.AcquireSessions, sessions.acquire_sessions),
        "release_sessions": _by(s.ReleaseSessions, sessions.release_sessions),
        "session.open": _by(s.OpenSession, sessions.open_session),
        "session.close": _by(s.CloseSession, sessions.close_session),
        "viewport": _by(s.SetViewport, sessions.viewport),
        "tab": _by(s.Tab, sessions.tab),
        "goto": _by(n.Goto, navigation.goto),
        "back": _by(n.History, navigation.back),
        "forward": _by(n.History, navigation.forward),
        "reload": _by(n.History, navigation.reload),
        "wait_for": _by(n.WaitFor, navigation.wait_for),
        "click": _by(i.Click, interaction.click),
        "fill": _by(i.Fill, entries.fill),
        "type": _by(i.Type, interaction.type_text),
        "press": _by(i.Press, interaction.press),
        "check": _by(i.Check, entries.check),
        "select": _by(i.Select, entries.select),
        "hover": _by(i.Hover, interaction.hover),
        "drag": _by(i.Drag, interaction.drag),
        "mouse": _by(i.Mouse, interaction.mouse),
        "scroll": _by(i.Scroll, interaction.scroll),
        "upload": _by(i.Upload, files.upload),
        "dialog": _by(i.Dialog, interaction.dialog),
        "extract": _by(r.Extract, extraction.extract),
        "extract_list": _by(r.ExtractList, lists.extract_list),
        "extract_table": _by(r.ExtractTable, lists.extract_table),
        "count": _by(r.Count, reading.count),
        "exists": _by(r.Exists, reading.exists),
        "screenshot": _by(r.Screenshot, files.screenshot),
        "download": _by(r.Download, files.download),
        "set": _by(d.SetValue, data.set_value),
        "merge": _by(d.Merge, data.merge),
        "deduplicate": _by(d.Deduplicate, data.deduplicate),
        "sort": _by(d.Sort, data.sort),
        "filter": _by(d.Filter, data.filter_items),
        "to_csv": _by(d.ToCsv, data.to_csv),
        "transform": _by(b.Transform, tables.transform),
        "from_csv": _by(b.FromCsv, tables.from_csv),
        "from_xlsx": _by(b.FromXlsx, workbooks.from_xlsx),
        "to_xlsx": _by(b.ToXlsx, workbooks.to_xlsx),
        "pdf": _by(p.Pdf, page.pdf),
        "storage": _by(p.Storage, page.storage),
        "evaluate": _by(p.Evaluate, page.evaluate),
        "sleep_until": _by(p.SleepUntil, page.sleep_until),
        "checkpoint": _by(p.TakeCheckpoint, page.checkpoint),
        "remember": _by(e.Remember, remember.remember),
        "recall": _by(e.Recall, remember.recall),
        "save_auth": _by(e.SaveAuth, remember.save_auth),
        "fill_form": _by(f.FillForm, forms.fill_form),
        "if": _by(c.Choice, control.choose),
        "sub_workflow": _by(c.SubWorkflow, control.run_workflow),
        "assert": _by(c.Assert, control.assert_that),
        "wait": _by(c.Wait, control.wait),
        "fail": _by(c.Fail, control.fail),
        "log": _by(c.Log, control.log),
        "human.approve": _by(h.Approve, human.approve),
        "human.answer": _by(h.Answer, human.answer),
        "human.solve": _by(h.Solve, human.solve),
        "search_jobs": _by(m.SearchJobs, search.search_jobs),
        "merge_job_results": _by(m.MergeJobResults, search.merge_job_results),
        "extract_job_details": _by(m.ExtractJobDetails, details.extract_job_details),
        "login": _by(m.Login, login.log_in),
        "validate_proposals": _by(m.ValidateProposals, proposals.validate_proposals),
        "submit_proposals": _by(m.SubmitProposals, proposals.submit_proposals),
        "verify_submissions": _by(m.VerifySubmissions, proposals.verify_submissions),
        "check_profile": _by(m.CheckProfile, profile.check_profile),
        "update_availability": _by(m.UpdateAvailability, profile.update_availability),
        "refresh_portfolio": _by(m.RefreshPortfolio, profile.refresh_portfolio),
        "update_skills": _by(m.UpdateSkills, profile.update_skills),
        "http.request": _by(o.HttpRequest, http.request),
        "ai.act": _by(a.Act, act.act),
        "ai.observe": _by(a.Observe, observe.observe),
        "ai.extract": _by(a.AiExtract, extract.extract),
        "work_item.get": _by(w.TakeWorkItem, work_items.take),
        "work_item.complete": _by(w.CompleteWorkItem, work_items.complete),
        "work_item.fail": _by(w.FailWorkItem, work_items.fail),
        "work_item.postpone": _by(w.PostponeWorkItem, work_items.postpone),
        "work_item.add": _by(w.AddWorkItems, work_items.add),
        "script.call": _by(t.CallComponent, script.call),
    }
)


@cache
def implementations() -> Mapping[str, Implementation]:
    """The product's actions, and those that installed packages bring, by name."""
    return MappingProxyType({**{name: _installed(each) for name, each in installed_actions().items()}, **REGISTRY})


def _installed(action: InstalledAction) -> Implementation:
    return _by(action.spec.parameters, action.perform)
