"""What can go wrong in the chatbot, continuing the tree of index.errors.

OnRecordError (index.errors)
├── QuestionError       an empty or too long question, or an option that makes no sense
├── ConfigError         a setting that cannot be used
├── ConversationNotFoundError   no such conversation or turn
├── NotAllowedError     whoever asks has not the role for it
├── UserError           a name, role or password that cannot be a user's
├── UserNotFoundError   no such user
├── TokenNotFoundError  no such token
├── TooManyAttemptsError    wrong passwords, one after the other
├── AnswerFileError     a file of answers that cannot be read
├── GoldenFileError     golden questions, or the run kept of them, that cannot be used
├── JudgeError          who was to say whether passages support a sentence of an evaluated answer did not
└── WriterError         the model could not write; the answer falls back to quotes
    ├── WriterUnavailableError  no endpoint, no weights, refused
    └── WriterTimeoutError      slower than ONRECORD_LLM_TIMEOUT_SECONDS
"""

from __future__ import annotations

from index.errors import OnRecordError


class QuestionError(OnRecordError):
    """A question, or an option beside it, that cannot be answered as asked."""


class ConfigError(OnRecordError):
    """A setting that cannot be used."""


class ConversationNotFoundError(OnRecordError):
    """No such conversation or turn."""


class NotAllowedError(OnRecordError):
    """Whoever asks for it has not the role that it takes."""


class UserError(OnRecordError):
    """A name, role or password that cannot be a user's."""


class UserNotFoundError(OnRecordError):
    """No such user."""


class TooManyAttemptsError(OnRecordError):
    """Wrong passwords, one after the other; `seconds` until the next is looked at."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class TokenNotFoundError(OnRecordError):
    """No such token."""


class WriterError(OnRecordError):
    """The model could not write."""


class WriterUnavailableError(WriterError):
    """No model answers: no endpoint, no weights, or it refused."""


class WriterTimeoutError(WriterError):
    """The model was slower than the settings allow."""


class AnswerFileError(OnRecordError):
    """A file of answers that cannot be read: what is wrong with it is named."""


class GoldenFileError(OnRecordError):
    """Golden questions, or the run kept of them, that cannot be used: the file and line are named."""


class JudgeError(OnRecordError):
    """Who was to say whether passages support a sentence of an evaluated answer gave no verdict."""
