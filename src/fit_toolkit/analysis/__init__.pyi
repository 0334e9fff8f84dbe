from fit_toolkit.analysis.quantiles import student_quantile as student_quantile
from fit_toolkit.analysis.reliability import Consistency as Consistency
from fit_toolkit.analysis.reliability import Intervals as Intervals
from fit_toolkit.analysis.reliability import Repeated as Repeated
from fit_toolkit.analysis.reliability import Shares as Shares
from fit_toolkit.analysis.reliability import consistency as consistency
from fit_toolkit.analysis.reliability import consistency_intervals as consistency_intervals
from fit_toolkit.analysis.reliability import repeated_intervals as repeated_intervals
from fit_toolkit.analysis.reliability import repeated_ratings as repeated_ratings
from fit_toolkit.analysis.reliability import shares as shares
from fit_toolkit.analysis.usual import Band as Band
from fit_toolkit.analysis.usual import usual_band as usual_band

__all__ = [
    "Band",
    "Consistency",
    "Intervals",
    "Repeated",
    "Shares",
    "consistency",
    "consistency_intervals",
    "repeated_intervals",
    "repeated_ratings",
    "shares",
    "student_quantile",
    "usual_band",
]
