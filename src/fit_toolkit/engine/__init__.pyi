from fit_toolkit.engine.policies import ReadyPolicy as ReadyPolicy
from fit_toolkit.engine.policies import build_part as build_part
from fit_toolkit.engine.policies import instantiate as instantiate
from fit_toolkit.engine.policies import policy_hash as policy_hash
from fit_toolkit.engine.records import BrokenContractError as BrokenContractError
from fit_toolkit.engine.records import Limits as Limits
from fit_toolkit.engine.records import Parameter as Parameter
from fit_toolkit.engine.records import PluginFailure as PluginFailure
from fit_toolkit.engine.records import PluginFailureError as PluginFailureError
from fit_toolkit.engine.records import PluginInfo as PluginInfo
from fit_toolkit.engine.records import PluginSettings as PluginSettings
from fit_toolkit.engine.records import Provided as Provided
from fit_toolkit.engine.registry import Registry as Registry
from fit_toolkit.engine.registry import build_registry as build_registry
from fit_toolkit.engine.workers import Workers as Workers

__all__ = [
    "BrokenContractError",
    "Limits",
    "Parameter",
    "PluginFailure",
    "PluginFailureError",
    "PluginInfo",
    "PluginSettings",
    "Provided",
    "ReadyPolicy",
    "Registry",
    "Workers",
    "build_part",
    "build_registry",
    "instantiate",
    "policy_hash",
]
