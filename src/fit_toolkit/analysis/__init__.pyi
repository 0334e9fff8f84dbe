from fit_toolkit.analysis.agreement import Agreement as Agreement
from fit_toolkit.analysis.agreement import TruthAndBias as TruthAndBias
from fit_toolkit.analysis.agreement import rater_agreement as rater_agreement
from fit_toolkit.analysis.agreement import truth_and_bias as truth_and_bias
from fit_toolkit.analysis.ceiling import ceiling_chance as ceiling_chance
from fit_toolkit.analysis.change.cutoffs import Cutoff as Cutoff
from fit_toolkit.analysis.change.cutoffs import clinical_cutoff as clinical_cutoff
from fit_toolkit.analysis.change.cutoffs import cutoff_interval as cutoff_interval
from fit_toolkit.analysis.change.cutoffs import declared_cutoff as declared_cutoff
from fit_toolkit.analysis.change.detectable import detectable_change as detectable_change
from fit_toolkit.analysis.change.hageman import hageman_arrindell as hageman_arrindell
from fit_toolkit.analysis.change.important import important_difference as important_difference
from fit_toolkit.analysis.change.points import percent_change as percent_change
from fit_toolkit.analysis.change.points import points_change as points_change
from fit_toolkit.analysis.change.points import smallest_detectable_change as smallest_detectable_change
from fit_toolkit.analysis.change.reliable import Change as Change
from fit_toolkit.analysis.change.reliable import reliable_change as reliable_change
from fit_toolkit.analysis.change.side_by_side import all_methods as all_methods
from fit_toolkit.analysis.change.side_by_side import label_agreement as label_agreement
from fit_toolkit.analysis.change.slopes import slope_change as slope_change
from fit_toolkit.analysis.change.talking_therapies import anxiety_pair as anxiety_pair
from fit_toolkit.analysis.change.talking_therapies import talking_therapies as talking_therapies
from fit_toolkit.analysis.cohort import Cohort as Cohort
from fit_toolkit.analysis.cohort import CohortModel as CohortModel
from fit_toolkit.analysis.cohort import simulate as simulate
from fit_toolkit.analysis.control_chart import ControlLimits as ControlLimits
from fit_toolkit.analysis.control_chart import control_chance as control_chance
from fit_toolkit.analysis.control_chart import control_limits as control_limits
from fit_toolkit.analysis.control_chart import control_limits_afterwards as control_limits_afterwards
from fit_toolkit.analysis.curves.calibration import band_calibration as band_calibration
from fit_toolkit.analysis.curves.calibration import held_out as held_out
from fit_toolkit.analysis.curves.calibration import observed_edges as observed_edges
from fit_toolkit.analysis.curves.drift import Drift as Drift
from fit_toolkit.analysis.curves.drift import drift_check as drift_check
from fit_toolkit.analysis.curves.expected import Expected as Expected
from fit_toolkit.analysis.curves.expected import expected_response as expected_response
from fit_toolkit.analysis.curves.fitting import fit_curve as fit_curve
from fit_toolkit.analysis.curves.neighbours import Neighbours as Neighbours
from fit_toolkit.analysis.curves.neighbours import nearest_courses as nearest_courses
from fit_toolkit.analysis.curves.pack import AboutPack as AboutPack
from fit_toolkit.analysis.curves.pack import make_pack as make_pack
from fit_toolkit.analysis.curves.pack import pack_problems as pack_problems
from fit_toolkit.analysis.curves.pack import read_pack as read_pack
from fit_toolkit.analysis.curves.pack import write_pack as write_pack
from fit_toolkit.analysis.curves.twins import Twins as Twins
from fit_toolkit.analysis.curves.twins import ended_better as ended_better
from fit_toolkit.analysis.curves.twins import twin_curves as twin_curves
from fit_toolkit.analysis.dated import one_course as one_course
from fit_toolkit.analysis.erosion import Erosion as Erosion
from fit_toolkit.analysis.erosion import erosion_run_length as erosion_run_length
from fit_toolkit.analysis.erosion import erosion_share as erosion_share
from fit_toolkit.analysis.erosion import slow_erosion as slow_erosion
from fit_toolkit.analysis.lead_lag import LeadLag as LeadLag
from fit_toolkit.analysis.lead_lag import lead_lag_effect as lead_lag_effect
from fit_toolkit.analysis.portions import Portion as Portion
from fit_toolkit.analysis.portions import wilson_interval as wilson_interval
from fit_toolkit.analysis.quality import Flagged as Flagged
from fit_toolkit.analysis.quality import Quality as Quality
from fit_toolkit.analysis.quality import SameAnswers as SameAnswers
from fit_toolkit.analysis.quality import policy_quality as policy_quality
from fit_toolkit.analysis.quality import same_answers as same_answers
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
from fit_toolkit.analysis.shapes import ShapeRule as ShapeRule
from fit_toolkit.analysis.shapes import Shapes as Shapes
from fit_toolkit.analysis.shapes import course_shapes as course_shapes
from fit_toolkit.analysis.sudden import ByChance as ByChance
from fit_toolkit.analysis.sudden import SuddenGainRule as SuddenGainRule
from fit_toolkit.analysis.sudden import SuddenGains as SuddenGains
from fit_toolkit.analysis.sudden import by_chance as by_chance
from fit_toolkit.analysis.sudden import sudden_gains as sudden_gains
from fit_toolkit.analysis.usual import Band as Band
from fit_toolkit.analysis.usual import usual_band as usual_band
from fit_toolkit.analysis.v_shape import VShapes as VShapes
from fit_toolkit.analysis.v_shape import between_sd as between_sd
from fit_toolkit.analysis.v_shape import v_shapes as v_shapes
from fit_toolkit.model.curves import CurveFit as CurveFit
from fit_toolkit.model.curves import CurvePack as CurvePack

__all__ = [
    "AboutPack",
    "Agreement",
    "Band",
    "ByChance",
    "Change",
    "Cohort",
    "CohortModel",
    "Consistency",
    "ControlLimits",
    "CurveFit",
    "CurvePack",
    "Cutoff",
    "Drift",
    "Erosion",
    "Expected",
    "Flagged",
    "Intervals",
    "LeadLag",
    "Neighbours",
    "Portion",
    "Quality",
    "Repeated",
    "SameAnswers",
    "ShapeRule",
    "Shapes",
    "Shares",
    "SuddenGainRule",
    "SuddenGains",
    "TruthAndBias",
    "Twins",
    "VShapes",
    "all_methods",
    "anxiety_pair",
    "band_calibration",
    "between_sd",
    "by_chance",
    "ceiling_chance",
    "clinical_cutoff",
    "consistency",
    "consistency_intervals",
    "control_chance",
    "control_limits",
    "control_limits_afterwards",
    "course_shapes",
    "cutoff_interval",
    "declared_cutoff",
    "detectable_change",
    "drift_check",
    "ended_better",
    "erosion_run_length",
    "erosion_share",
    "expected_response",
    "fit_curve",
    "hageman_arrindell",
    "held_out",
    "important_difference",
    "label_agreement",
    "lead_lag_effect",
    "make_pack",
    "nearest_courses",
    "observed_edges",
    "one_course",
    "pack_problems",
    "percent_change",
    "points_change",
    "policy_quality",
    "rater_agreement",
    "read_pack",
    "reliable_change",
    "repeated_intervals",
    "repeated_ratings",
    "same_answers",
    "shares",
    "simulate",
    "slope_change",
    "slow_erosion",
    "smallest_detectable_change",
    "student_quantile",
    "sudden_gains",
    "talking_therapies",
    "truth_and_bias",
    "twin_curves",
    "usual_band",
    "v_shapes",
    "wilson_interval",
    "write_pack",
]
