"""Why a database cannot be used.

DatabaseError                 one sentence with what to do
├── DatabaseHeldError         another orchestrator uses it
├── DatabaseTooNewError       written by a newer Botswain
└── DatabaseDamagedError      it fails its own check
"""

from orchestrator.contract.errors import UserError


class DatabaseError(UserError):
    """The database cannot be used as it is."""


class DatabaseHeldError(DatabaseError):
    """Another process holds the database."""


class DatabaseTooNewError(DatabaseError):
    """The database was written by a newer program."""


class DatabaseDamagedError(DatabaseError):
    """The database fails its own check."""
