"""Makes a Roundup tracker with two users and some issues in a folder, and serves it: `roundup_tracker.py FOLDER`.

One line on stdout, its address, says that it listens.
"""

import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from roundup import configuration, init, instance, password
from roundup.cgi.wsgi_handler import RequestDispatcher

ISSUES = 24
ROLES = {"anna": "User", "carl": ""}
"""Who there is; without a role nobody may log in."""
SETTINGS = {"MAIL_DOMAIN": "example.org", "DATABASE": "db", "RDBMS_BACKEND": "sqlite"}


class Server(ThreadingMixIn, WSGIServer):
    """Answers requests side by side, as browsers send them."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def make(home: Path, address: str) -> None:
    """The tracker of Roundup's own classic template, without mail."""
    init.install(str(home), str(Path(sys.prefix) / "share" / "roundup" / "templates" / "classic"))
    (home / "detectors" / "nosyreaction.py").unlink()
    config = configuration.CoreConfig()
    for name, value in {**SETTINGS, "TRACKER_HOME": str(home), "TRACKER_WEB": f"{address}/"}.items():
        config[name] = value
    config.save(str(home / config.INI_FILE))
    tracker = instance.open(str(home))
    tracker.init(password.Password("admin", config=tracker.config))
    fill(tracker)


def fill(tracker: Any) -> None:
    """Users, and issues whose priorities and states go round."""
    database = tracker.open("admin")
    for name, roles in ROLES.items():
        secret = password.Password("harbour", config=database.config)
        database.user.create(username=name, password=secret, roles=roles, address=f"{name}@example.org")
    priorities, states = database.priority.list(), database.status.list()
    for number in range(1, ISSUES + 1):
        priority, state = priorities[number % len(priorities)], states[number % len(states)]
        database.issue.create(title=f"Issue number {number}", priority=priority, status=state)
    database.commit()
    database.close()


def main(home: Path) -> None:
    """Make it, then serve it until the process is ended."""
    with Server(("127.0.0.1", 0), Quiet) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        make(home, address)
        server.set_app(RequestDispatcher(str(home)))
        print(address, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
