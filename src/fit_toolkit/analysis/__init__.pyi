from fit_toolkit.analysis.usual import Band as Band
from fit_toolkit.analysis.sudden import ByChance as ByChance
from fit_toolkit.analysis.change.reliable import Change as Change
from fit_toolkit.analysis.reliability import Consistency as Consistency
from fit_toolkit.analysis.change.cutoffs import Cutoff as Cutoff
from fit_toolkit.analysis.reliability import Intervals as Intervals
from fit_toolkit.analysis.reliability import Repeated as Repeated
from fit_toolkit.analysis.reliability import Shares as Shares
from fit_toolkit.analysis.sudden import SuddenGainRule as SuddenGainRule
from fit_toolkit.analysis.sudden import SuddenGains as SuddenGains
from fit_toolkit.analysis.change.side_by_side import all_methods as all_methods
from fit_toolkit.analysis.change.talking_therapies import anxiety_pair as anxiety_pair
from fit_toolkit.analysis.sudden import by_chance as by_chance
from fit_toolkit.analysis.change.cutoffs import clinical_cutoff as clinical_cutoff
from fit_toolkit.analysis.reliability import consistency as consistency
from fit_toolkit.analysis.reliability import consistency_intervals as consistency_intervals
from fit_toolkit.analysis.change.cutoffs import cutoff_interval as cutoff_interval
from fit_toolkit.analysis.change.hageman import hageman_arrindell as hageman_arrindell
from fit_toolkit.analysis.change.important import important_difference as important_difference
from fit_toolkit.analysis.change.side_by_side import label_agreement as label_agreement
from fit_toolkit.analysis.change.points import percent_change as percent_change
from fit_toolkit.analysis.change.points import points_change as points_change
from fit_toolkit.analysis.change.reliable import reliable_change as reliable_change
from fit_toolkit.analysis.reliability import repeated_intervals as repeated_intervals
from fit_toolkit.analysis.reliability import repeated_ratings as repeated_ratings
from fit_toolkit.analysis.reliability import shares as shares
from fit_toolkit.analysis.change.slopes import slope_change as slope_change
from fit_toolkit.analysis.change.points import smallest_detectable_change as smallest_detectable_change
from fit_toolkit.analysis.quantiles import student_quantile as student_quantile
from fit_toolkit.analysis.sudden import sudden_gains as sudden_gains
from fit_toolkit.analysis.change.talking_therapies import talking_therapies as talking_therapies
from fit_toolkit.analysis.usual import usual_band as usual_band

__all__ = [
    "Band",
    "ByChance",
    "Change",
    "Consistency",
    "Cutoff",
    "Intervals",
    "Repeated",
    "Shares",
    "SuddenGainRule",
    "SuddenGains",
    "all_methods",
    "anxiety_pair",
    "by_chance",
    "clinical_cutoff",
    "consistency",
    "consistency_intervals",
    "cutoff_interval",
    "hageman_arrindell",
    "important_difference",
    "label_agreement",
    "percent_change",
    "points_change",
    "reliable_change",
    "repeated_intervals",
    "repeated_ratings",
    "shares",
    "slope_change",
    "smallest_detectable_change",
    "student_quantile",
    "sudden_gains",
    "talking_therapies",
    "usual_band",
]
