"""What can go wrong below the chatbot, as one tree. Leaves out: how an error is shown (app decides).

OnRecordError
├── LoadingError            an input that gives no article: the file, page or record is named
│   ├── UnreadableError     missing, binary, mis-encoded, damaged, protected by a password
│   ├── EmptyArticleError   nothing to read in it
│   ├── TooLargeError       past a size limit
│   ├── UnsupportedError    a kind of file that is not read
│   └── AddressError        a web address that is refused, unreachable, or answers with an error
├── LibraryError            the library itself
│   ├── LibraryLockedError  another process is writing: its holder is named
│   ├── LibraryVersionError made by a newer OnRecord
│   ├── EmbeddingMismatchError  built with another embedding model
│   ├── ArticleNotFoundError
│   ├── BackupError         a file that is no backup, or a place that is taken
│   └── StorageError        disk full, read-only, damaged
├── ModelFileError          model weights missing, damaged, or not to be fetched
├── EmbeddingError          texts could not be turned into vectors
└── RetrievalError          finding failed; never to be read as "nothing found"

Every message says what happened, with the value, and what to do.
"""

from __future__ import annotations


class OnRecordError(Exception):
    """Any error this project raises on purpose."""


class LoadingError(OnRecordError):
    """An input that gives no article."""


class UnreadableError(LoadingError):
    """The input is missing, binary, mis-encoded, damaged or protected."""


class EmptyArticleError(LoadingError):
    """The input holds no text."""


class TooLargeError(LoadingError):
    """The input is past a size limit."""


class UnsupportedError(LoadingError):
    """The input is of a kind that is not read."""


class AddressError(LoadingError):
    """A web address that is refused, unreachable, or answers with an error."""


class LibraryError(OnRecordError):
    """Something about the library itself."""


class LibraryLockedError(LibraryError):
    """Another process is writing to the library."""


class LibraryVersionError(LibraryError):
    """The library was made by a newer OnRecord."""


class EmbeddingMismatchError(LibraryError):
    """The library was built with another embedding model than the settings name."""


class ArticleNotFoundError(LibraryError):
    """No such article or version."""


class BackupError(LibraryError):
    """A file that is no backup, or a place that is taken."""


class StorageError(LibraryError):
    """The disk is full, read-only, or holds a damaged library."""


class ModelFileError(OnRecordError):
    """Model weights are missing, damaged, or could not be fetched."""


class EmbeddingError(OnRecordError):
    """Texts could not be turned into vectors."""


class RetrievalError(OnRecordError):
    """Finding failed. It is never to be read as "nothing found"."""
