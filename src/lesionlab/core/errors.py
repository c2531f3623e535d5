"""The error family: each error says what happened and what to do next."""

from __future__ import annotations


class LesionLabError(Exception):
    """Say what went wrong in one sentence and what to do next in another.

    The command line prints both and exits with 2; the web answers with `http_status` and `code`.
    """

    http_status = 400
    code = "error"

    def __init__(self, cause: str, cure: str) -> None:
        super().__init__(f"{cause} {cure}")
        self.cause = cause
        self.cure = cure

    def __reduce__(self) -> tuple[type[LesionLabError], tuple[str, str]]:
        """Carry both sentences to another process."""
        return type(self), (self.cause, self.cure)


class InputError(LesionLabError):
    """A value given by the user lies outside what is accepted."""

    code = "bad_input"


class ImageError(LesionLabError):
    """Bytes that cannot be read as an image."""

    http_status = 415
    code = "unreadable_image"


class TooLargeError(LesionLabError):
    """Input above a limit on bytes or pixels."""

    http_status = 413
    code = "too_large"


class DataError(LesionLabError):
    """A data set, split or cache that is missing, incomplete or contradicts itself."""

    code = "bad_data"


class CollectError(LesionLabError):
    """Something on the way from a host to the collection failed: the host, its answer, a file or the manifest."""

    code = "bad_collection"


class LeakError(LesionLabError):
    """Images that must not meet were put together: a model or a choice would see what it is tested on."""

    code = "leak"


class OptionsError(LesionLabError):
    """Options that are unknown, of the wrong type or out of range."""

    code = "bad_options"


class ModelError(LesionLabError):
    """An exported model that is missing, damaged, of another version or does not fit its card."""

    http_status = 503
    code = "bad_model"


class RunError(LesionLabError):
    """A run folder that cannot be started, resumed or read."""

    code = "bad_run"


class StudyError(LesionLabError):
    """A study that cannot be planned, gone on with or read, or records that do not belong together."""

    code = "bad_study"


class JobError(LesionLabError):
    """A job that cannot be submitted, stopped or gone on with, or a queue that cannot be reached."""

    code = "bad_job"


class MissingPartError(LesionLabError):
    """An optional part of the installation, such as torch, that is needed and absent."""

    http_status = 501
    code = "not_installed"
