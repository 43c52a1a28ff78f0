"""Every word after `botswain`, in the order in which `botswain --help` lists them, and where its command is."""

from orchestrator.cli.lazy_commands import Entry

_START = (
    ("serve", "serve:serve", "Run the orchestrator without a window."),
    ("run", "run:run", "Run one workflow here and now: own engine, own robots, result on standard output."),
    (
        "demo",
        "demo:demo",
        "See Botswain at work: an engine, two robots with real browsers, and a marketplace to work on.",
    ),
    ("doctor", "doctor:doctor", "Look at browser, display, libraries, database and port, and say what to do."),
)

_WORK = (
    ("submit", "submit:submit", "Submit a job."),
    (
        "submit-many",
        "submit_many:submit_many",
        (
            "Submit many jobs: each line is an object as `POST /api/v1/jobs` takes it, with an "
            "`idempotency_key` if wanted."
        ),
    ),
    ("jobs", "jobs:jobs", "List jobs, newest first."),
    ("search", "search:search", "Find jobs, robots, workflows, errors and log lines by their words, newest first."),
    (
        "import",
        "import_recording:import_recording",
        (
            "Turn a recording into a workflow: Chrome DevTools Recorder JSON, Selenium IDE .side, Playwright codegen "
            "Python."
        ),
    ),
    (
        "record",
        "record:record",
        "Open a browser, record what you do in it until you close it, and turn that into a workflow.",
    ),
    ("job", "jobs:job", "Show everything about one job: steps, result, attempts, files."),
    ("cancel", "jobs:cancel", "Stop a job, wherever it is: in the queue, or in a browser."),
    (
        "retry",
        "retry:retry",
        "Run an ended job again: a new attempt of the same job, from the start or from a checkpoint.",
    ),
    ("pause", "retry:pause", "Let a running job finish its current steps, take a checkpoint and free its robot."),
    ("resume", "retry:resume", "Let a paused job go on from its checkpoint, on any robot."),
    ("checkpoint", "checkpoints:checkpoint", "Take a checkpoint of a running job, now."),
    ("checkpoints", "checkpoints:app", "Checkpoints of jobs: how far a run is, so that any robot can go on."),
    ("questions", "questions:questions", "What runs ask people, oldest first."),
    ("answer", "questions:answer", "Answer a question; its run goes on."),
    (
        "take-over",
        "live:take_over",
        "Take a run over: it stops at its next step, and you click and type in its page until you hand it back.",
    ),
    (
        "hand-back",
        "live:hand_back",
        "Hand a run back that you took over, or whose step waits for you (`human.solve`); it goes on.",
    ),
    ("why", "jobs:why", "Say why a job waits, robot by robot, and what would help."),
    (
        "estimate",
        "flow:estimate",
        "Guess how long one run of a workflow takes, level by level, from what its steps took before.",
    ),
    ("priority", "flow:priority", "Give a waiting job another priority; what it has waited already still counts."),
    ("hurry", "flow:hurry", "Queue a job now that would be due later, or that rests before its next attempt."),
    ("limits", "flow:limits_app", "How many jobs may hold a concurrency key at once, and how fast they start."),
    ("breakers", "flow:breakers_app", "Sites and services that are left alone because they fail: list, open, close."),
    (
        "bulk",
        "bulk:app",
        "Cancel, retry or reprioritise many jobs at once: you see first what it touches, and it can be undone.",
    ),
    (
        "dead-letters",
        "dead_letters:app",
        (
            "Jobs that wait for a person's decision: their robot vanished in the middle of something not "
            "safe to repeat, or several times."
        ),
    ),
    (
        "failures",
        "failures:app",
        "What fails, as groups: failures of one step with one kind of error and the same message.",
    ),
    (
        "incident",
        "incident:incident",
        "Write everything about a failed job into one zip file that needs no connection, or keep the job's files.",
    ),
    ("artifacts", "incident:artifacts_app", "What files of jobs take, and which stay."),
    ("workflows", "workflows:app", "The workflows that an orchestrator keeps, their versions, and where they are."),
    ("schedules", "schedules:app", "What runs by itself: list, add, show, pause, resume, remove, run."),
    (
        "triggers",
        "triggers:app",
        "What starts jobs by itself besides schedules: list, add, show, test, pause, resume, remove.",
    ),
    ("queues", "queues:app", "Queues of work items: list, add, show, change, pause, resume, remove."),
    (
        "items",
        "items:app",
        "Work items: add, list, show, retry, finish, release, postpone, delete, import, export.",
    ),
    ("validate", "validate:validate", "Check a workflow file without running it; exit code 2 when it has mistakes."),
    (
        "actions",
        "actions:actions",
        "List what a step can do, also what installed packages bring; with a name, what that action needs and gives.",
    ),
    ("cron", "cron:cron", "Print the next fire times of a cron expression."),
)

_LOOK = (
    (
        "recovery",
        "recovery:recovery",
        "How often each recovery strategy was tried, for which errors, and how often it helped.",
    ),
    ("robots", "robots:robots_app", "Who works here; drains, maintenance and restarts."),
    ("robot", "robots:robot", "Show a robot, read its log, drain it, let it work again, or forget it."),
    (
        "enrol",
        "robots:enrol",
        "Print the command that starts a robot for this orchestrator, to paste on the other machine.",
    ),
    ("settings", "settings:app", "What may change while the orchestrator runs: list, get, set, reset."),
    (
        "selectors",
        "selectors:selectors",
        "Show targets whose runs fall back to later locators, before none of them works any more.",
    ),
    ("repairs", "repairs:app", "Repairs of targets that pages have outgrown: approved once, for all robots."),
    ("memory", "memory:app", "What runs remember for later runs: values, and logins of browser sessions."),
    (
        "sessions",
        "sessions:sessions",
        "Show how browser sessions and work spread over the robots, by their newest heartbeats.",
    ),
    ("metrics", "figures:metrics", "Show the fleet in numbers."),
    ("activity", "figures:activity", "Show what happened lately, newest first."),
    (
        "timeline",
        "timeline:app",
        "What ran where and what waited, as a chart of robots over time in which any moment opens.",
    ),
    (
        "events",
        "events:events",
        "Print what happens: with --follow live, one line for each event; without it, what was written down lately.",
    ),
    (
        "logs",
        "engine_log:logs",
        "Print the newest lines of the orchestrator's own log, of robots see `botswain robot NAME logs`.",
    ),
    (
        "away",
        "away:away",
        "Show what the start of the orchestrator found: jobs that went on or ended without it, runs that were missed.",
    ),
    ("health", "alerts:health", "Show the health checks; exit code 1 when a critical one fails."),
    ("alerts", "alerts:app", "What is wrong, and by which rules that is noticed."),
    ("notices", "notices:app", "What the engine switched off by itself: why, and how to undo it."),
    ("resources", "resources:app", "How loaded the machines are, and from when on that is too much."),
    ("stalls", "stalls:app", "Runs that stand still, and what is done about them."),
    (
        "capture",
        "stalls:capture",
        "Let the robot show what a running job sees; the file appears with the job a moment later.",
    ),
    (
        "watch",
        "live:watch",
        "Watch a run: the address of its live page, what happens, and frames as files if wanted; until it ends.",
    ),
    ("backup", "backup:backup", "Copy the SQLite database to a file, also while the orchestrator runs."),
    ("rotate-key", "vault:rotate_key", "Make a new key for secrets in the database."),
    ("audit", "audit:app", "Whether what was written down is still what was written."),
)

COMMANDS = tuple(
    Entry(name=name, panel=panel, place=f"orchestrator.cli.{place}", help=text)
    for panel, entries in (("Start", _START), ("Work", _WORK), ("Look", _LOOK))
    for name, place, text in entries
)
