from fit_toolkit.analysis.quantiles import student_quantile as student_quantile
from fit_toolkit.analysis.usual import Band as Band
from fit_toolkit.analysis.usual import usual_band as usual_band

__all__ = ["Band", "student_quantile", "usual_band"]
