"""The page of an incident, for a person without any connection: what failed, why, when, and all that was seen of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from pydantic_core import to_json

from orchestrator.contract.api.jobs import ArtifactView, JobDetail
from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.results import StepResult, StopProof
from orchestrator.domain.artifact_budget import size_words
from orchestrator.server.incident_facts import IncidentFacts

MemberName = Callable[[ArtifactView], str]
Shown = Mapping[tuple[int, str], str]
"""Texts by attempt and name."""

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --bad: #c0392b; --good: #218c54; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .6rem;
text-align: left; vertical-align: top; } td:first-child { white-space: nowrap; }
th { font-weight: 600; } td.n { font-variant-numeric: tabular-nums;
white-space: nowrap; } pre { background: var(--soft); overflow: auto; padding: .7rem; max-height: 26rem;
font: 12.5px/1.45 ui-monospace, monospace; } img { max-width: 100%; border: 1px solid var(--line); }
.error { border-left: 4px solid var(--bad); background: var(--soft); padding: .6rem 1rem; margin: 1rem 0; }
.failed, .timeout, .dead_letter { color: var(--bad); } .completed { color: var(--good); } .quiet { opacity: .7; }
"""


def read_me(facts: IncidentFacts) -> str:
    """What is in the archive, for somebody who has just unpacked it."""
    job = facts.detail.job
    missing = "".join(f"  - {each}\n" for each in facts.missing) or "  nothing\n"
    return f"""The incident of job {job.job_id} ({job.workflow_name}), written {_at(facts.made_at)}.

  index.html      begin here; it needs no connection
  attempts/N/     files of attempt N: pictures, the page (as text), its console and requests, the trace, downloads
  log.txt         the robots' log of the job
  job.json        the job with steps, attempts and result; secret values are masked
  workflow.json   the definition that ran
  timeline.json, steps.json, recoveries.json, robots.json, missing.json
  SHA256SUMS      checksums; `sha256sum -c SHA256SUMS`

A trace (attempts/N/trace-*.zip) opens with `playwright show-trace FILE`, or by dropping it onto
https://trace.playwright.dev, where it stays in the browser.

Missing:
{missing}"""


def incident_page(facts: IncidentFacts, shown: Shown, name_of: MemberName) -> str:
    """The whole page; nothing in it runs, and nothing is loaded from elsewhere."""
    job = facts.detail.job
    title = escape(f"{job.workflow_name} {job.status.value.replace('_', ' ')}")
    parts = (
        _head(facts),
        _why(facts),
        _section("Timeline", _timeline(facts)),
        _section("Steps", _steps(facts)),
        _section("What was seen", _seen(facts, shown, name_of)),
        _section("Stopped", _stop(facts.detail)),
        _section("Recoveries", _recoveries(facts)),
        _section("Robots", _robots(facts)),
        _section("Variables", _json(facts.detail.variables) if facts.detail.variables else ""),
        _section("Workflow", _json(facts.workflow) if facts.workflow else ""),
        _section("Files", _files(facts, name_of)),
        _section("Missing", _list(facts.missing)),
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; "
        "style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style>'
        f"<body>{''.join(parts)}</body></html>"
    )


def _head(facts: IncidentFacts) -> str:
    detail, job = facts.detail, facts.detail.job
    rows = [
        ("job", job.job_id),
        ("workflow", f"{job.workflow_name} ({job.workflow_hash})"),
        ("robot", job.robot_name),
        ("attempts", str(job.attempt)),
        ("created", f"{_at(job.created_at)}{f' by {detail.submitted_by}' if detail.submitted_by else ''}"),
        ("ended", _at(job.finished_at)),
        ("trace id", detail.links.trace_id if detail.links is not None else ""),
        ("pinned", f"{_at(facts.pin.pinned_at)} by {facts.pin.actor}: {facts.pin.note}" if facts.pin else ""),
        ("written", _at(facts.made_at)),
    ]
    status = job.status.value
    words = f'<h1>{escape(job.workflow_name)} <span class="{status}">{escape(status.replace("_", " "))}</span></h1>'
    return words + _table((), [row for row in rows if row[1]])


def _why(facts: IncidentFacts) -> str:
    """The error in words, with what the browser was doing; why a dead letter waits stands in the timeline."""
    error = facts.detail.job.error or (facts.detail.result.error if facts.detail.result else None)
    return "" if error is None else f'<div class="error">{_error(error)}</div>'


def _error(error: ErrorInfo) -> str:
    where = f" in step {error.step_id}" if error.step_id else ""
    hint = f"<p>{escape(error.hint)}</p>" if error.hint else ""
    log = f"<pre>{escape(chr(10).join(error.call_log))}</pre>" if error.call_log else ""
    return f"<b>{escape(error.kind.value)}{escape(where)}</b><p>{escape(error.message)}</p>{hint}{log}"


def _timeline(facts: IncidentFacts) -> str:
    rows = [(_at(each.at), str(each.attempt or ""), each.what, each.who) for each in facts.timeline]
    return _table(("at (UTC)", "attempt", "what", "who"), rows) if rows else ""


def _steps(facts: IncidentFacts) -> str:
    """The newest result's steps in full; of earlier attempts what was told while they ran."""
    result = facts.detail.result
    blocks = []
    for attempt, progress in facts.steps.items():
        if result is not None and attempt == result.attempt:
            continue
        rows = [(each.step_id, each.name, each.status.value, str(each.attempt), each.message) for each in progress]
        if rows:
            blocks.append(f"<h3>Attempt {attempt}</h3>{_table(('step', 'name', 'status', 'try', ''), rows)}")
    if result is not None:
        titles = ("step", "action", "status", "tries", "seconds", "found by", "address", "")
        blocks.append(f"<h3>Attempt {result.attempt}</h3>{_table(titles, map(_step_row, result.step_results))}")
    return "".join(blocks)


def _step_row(step: StepResult) -> Sequence[str]:
    note = step.error.message if step.error is not None else step.note or ""
    return (
        step.step_id,
        step.action,
        step.status.value,
        str(step.attempts),
        f"{step.duration_s:.2f}",
        step.locator or "",
        step.url or "",
        note,
    )


def _seen(facts: IncidentFacts, shown: Shown, name_of: MemberName) -> str:
    blocks = []
    for view in sorted(facts.files, key=lambda each: (-each.attempt, not _is_picture(each))):
        words = f"{escape(view.artifact.name)} <span class=quiet>attempt {view.attempt}</span>"
        if _is_picture(view):
            place = escape(quote(name_of(view)))
            blocks.append(f'<h3>{words}</h3><a href="{place}"><img src="{place}" alt="" loading="lazy"></a>')
        elif (view.attempt, view.artifact.name) in shown:
            blocks.append(f"<h3>{words}</h3><pre>{escape(shown[view.attempt, view.artifact.name])}</pre>")
    return "".join(blocks)


def _is_picture(view: ArtifactView) -> bool:
    return view.artifact.media_type in {"image/jpeg", "image/png", "image/webp"}


def _stop(detail: JobDetail) -> str:
    proof = detail.result.stop if detail.result is not None else None
    if proof is None:
        return ""
    rows = [(rung.name.replace("_", " "), f"{rung.after_s:.2f} s") for rung in proof.rungs]
    rows.append(("verified", stop_words(proof)))
    return f"<p>{escape(proof.cause)}, asked for at {_at(proof.asked_at)}</p>{_table(('what', 'after'), rows)}"


def stop_words(proof: StopProof) -> str:
    """What was found after a stop, in one sentence."""
    if proof.sessions_left is None or proof.processes_left is None:
        return "nobody could look whether something is left"
    if proof.is_clean:
        return f"nothing left, {proof.verified_after_s or 0.0:.2f} s after the order"
    return f"left: {proof.sessions_left} browser sessions, {proof.processes_left} processes"


def _recoveries(facts: IncidentFacts) -> str:
    rows = [
        (
            _at(each.at),
            str(each.attempt),
            each.step_id or "",
            each.strategy.value,
            each.error_kind.value,
            "helped" if each.succeeded else "did not help",
            each.note,
        )
        for each in facts.recoveries
    ]
    return _table(("at (UTC)", "attempt", "step", "strategy", "after", "", ""), rows) if rows else ""


def _robots(facts: IncidentFacts) -> str:
    rows = [
        (
            each.name,
            each.browser,
            each.platform,
            each.software_version,
            f"CPU {each.cpu_percent or 0:.0f} %, memory {each.memory_percent or 0:.0f} %, leaked {each.leaked}",
        )
        for each in facts.robots
    ]
    return _table(("robot", "browser", "platform", "version", "when this was written"), rows) if rows else ""


def _files(facts: IncidentFacts, name_of: MemberName) -> str:
    head = ("attempt", "step", "try", "kind", "file", "size", "sha256", "")
    rows = "".join(_file_row(view, name_of) for view in facts.detail.artifacts)
    titles = "".join(f"<th>{each}</th>" for each in head)
    return f"<table><tr>{titles}</tr>{rows}</table>" if rows else ""


def _file_row(view: ArtifactView, name_of: MemberName) -> str:
    file = view.artifact
    name = escape(file.name)
    link = f'<a href="{escape(quote(name_of(view)))}">{name}</a>' if file.is_kept else name
    size = size_words(file.size) if file.is_kept else "not kept"
    try_ = str(file.step_try or "")
    cells = (str(view.attempt), file.step_id or "", try_, file.kind)
    plain = "".join(f"<td>{escape(each)}</td>" for each in cells)
    return (
        f"<tr>{plain}<td>{link}</td><td class=n>{size}</td><td class=n>{escape(file.sha256[:16])}</td>"
        f"<td>{escape(file.note)}</td></tr>"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>" if content else ""


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = f"<tr>{''.join(f'<th>{escape(each)}</th>' for each in titles)}</tr>" if titles else ""
    body = "".join(f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in row)}</tr>" for row in rows)
    return f"<table>{head}{body}</table>"


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


def _json(document: object) -> str:
    return f"<pre>{escape(to_json(document, indent=2).decode('utf-8', 'replace'))}</pre>"


def _at(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"
