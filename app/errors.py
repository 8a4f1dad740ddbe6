"""What can go wrong in the chatbot, continuing the tree of index.errors.

OnRecordError (index.errors)
├── QuestionError       an empty or too long question, or an option that makes no sense
├── ConfigError         a setting that cannot be used
├── ConversationNotFoundError   no such conversation or turn
├── TokenNotFoundError  no such token
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
