from fit_toolkit.course import AlertPolicy as AlertPolicy
from fit_toolkit.course import Course as Course
from fit_toolkit.course import Curve as Curve
from fit_toolkit.course import Example as Example
from fit_toolkit.course import Findings as Findings
from fit_toolkit.course import Norms as Norms
from fit_toolkit.course import Rating as Rating
from fit_toolkit.errors import DataError as DataError
from fit_toolkit.errors import DeliveryError as DeliveryError
from fit_toolkit.hookspecs import HOOK_API as HOOK_API
from fit_toolkit.hookspecs import hookimpl as hookimpl
from fit_toolkit.model import ScoringRule as ScoringRule
from fit_toolkit.model.parts import Channel as Channel
from fit_toolkit.model.parts import LocalPath as LocalPath
from fit_toolkit.model.parts import Message as Message
from fit_toolkit.model.parts import RawTable as RawTable
from fit_toolkit.model.parts import Reader as Reader
from fit_toolkit.model.parts import Section as Section
from fit_toolkit.model.parts import SheetView as SheetView
from fit_toolkit.model.writing import Export as Export
from fit_toolkit.model.writing import ExportPart as ExportPart
from fit_toolkit.model.writing import Writer as Writer

__version__: str
__all__ = [
    "HOOK_API",
    "AlertPolicy",
    "Channel",
    "Course",
    "Curve",
    "DataError",
    "DeliveryError",
    "Example",
    "Export",
    "ExportPart",
    "Findings",
    "LocalPath",
    "Message",
    "Norms",
    "Rating",
    "RawTable",
    "Reader",
    "ScoringRule",
    "Section",
    "SheetView",
    "Writer",
    "__version__",
    "hookimpl",
]
