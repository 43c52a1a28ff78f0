"""extract: one value, an object of fields, a list or a table."""

from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page

from orchestrator.contract.actions.read import Extract, ExtractList, ExtractTable, FieldRule, ValueType
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue
from robot.actions.lists import extract_list, extract_table
from robot.actions.locating import locate
from robot.actions.reading import read_all, read_now, read_one, value_of
from robot.actions.work import Work


async def extract(work: Work, parameters: Extract) -> JsonValue:
    """Reads one value, an object, a list or a table."""
    target = parameters.target
    if parameters.kind == "list" and target is not None:
        return await _list(work, parameters, target)
    if parameters.kind == "table" and target is not None:
        return list(await extract_table(work, ExtractTable(target=target, timeout_s=parameters.timeout_s)))
    wait_ms = work.wait_ms(parameters)
    if parameters.fields:
        return await _object(work, parameters, wait_ms)
    assert target is not None
    kind: ValueType = parameters.kind if parameters.kind in ("number", "html") else "text"
    rule = FieldRule(
        target=target, attribute=parameters.attribute, pattern=parameters.pattern, type=kind, required=True
    )
    return await _field(work, await work.page(), "value", rule, wait_ms)


async def _list(work: Work, parameters: Extract, target: Target) -> JsonValue:
    rules = parameters.fields
    is_plain = not rules and not (parameters.attribute or parameters.pattern)
    if not rules and not is_plain:
        rules = {"value": FieldRule(attribute=parameters.attribute, pattern=parameters.pattern)}
    rows = await extract_list(work, ExtractList(items=target, fields=rules, timeout_s=parameters.timeout_s))
    if parameters.fields or is_plain:
        return rows
    return [row["value"] for row in rows if isinstance(row, dict)]


async def _object(work: Work, parameters: Extract, wait_ms: float) -> JsonValue:
    page = await work.page()
    root: Page | PageLocator = page
    if parameters.target is not None:
        root = await locate(work, parameters.target, wait_ms=wait_ms)
        await root.wait_for(state="attached", timeout=wait_ms)
    return {name: await _field(work, root, name, rule, wait_ms) for name, rule in parameters.fields.items()}


async def _field(work: Work, root: Page | PageLocator, name: str, rule: FieldRule, wait_ms: float) -> JsonValue:
    """One value of a page; a required one is waited for."""
    if rule.target is None:
        own = root.locator(":root") if isinstance(root, Page) else root
        return value_of(name, rule, await read_all(work, own, rule))
    if rule.required:
        is_list = rule.type == "list"
        found = await locate(work, rule.target, wait_ms=wait_ms, root=root, many=is_list)
        if not is_list:
            return value_of(name, rule, await read_one(work, found, rule, wait_ms))
        await found.first.wait_for(state="attached", timeout=wait_ms)
        return value_of(name, rule, await read_all(work, found, rule))
    return value_of(name, rule, await read_now(work, root, rule))
