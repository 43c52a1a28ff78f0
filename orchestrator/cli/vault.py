"""`botswain rotate-key`: a new key for what the orchestrator seals."""

from orchestrator.cli.options import DataDir
from orchestrator.cli.output import say
from orchestrator.config import load_settings


def rotate_key(*, data_dir: DataDir = None) -> None:
    """Make a new key for secrets in the database.

    It seals from the orchestrator's next start on. The old ones stay in the file, and still open what they sealed.

    Example:  botswain rotate-key
    """
    from orchestrator.store.vault import VAULT_FILE, rotate  # noqa: PLC0415  cryptography loads when it is needed

    folder = load_settings(data_dir=data_dir).data_dir
    count = rotate(folder)
    say(f"{folder / VAULT_FILE} has {count} keys now. Restart the orchestrator, and back the file up.")
