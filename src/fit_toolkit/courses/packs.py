"""Curve packs of a practice: found by name, checked whole, and handed to a policy as its `Curve` parameter."""

from __future__ import annotations

import msgspec

from fit_toolkit.analysis import read_pack
from fit_toolkit.analysis.curves.pack import pack_hash
from fit_toolkit.catalog import Catalog
from fit_toolkit.course import Curve
from fit_toolkit.courses.stream import Stream, scale_view
from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.model.curves import CurvePack
from fit_toolkit.model.instrument import Instrument


def find_pack(catalog: Catalog, name: str) -> CurvePack:
    """Read a pack by its name; one that was changed, or rests on too few, is refused."""
    file = catalog.curve_file(name)
    try:
        pack = read_pack(file.read_bytes(), str(file))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or 'no such file'}", where=str(file)) from error
    if pack.id != name:
        raise ConfigError(
            f"the file is called {name}, the pack in it {pack.id}", where=str(file), hint="rename the file"
        )
    return pack


def handed_on(pack: CurvePack) -> CurvePack:
    """Give a pack as it is for another practice: one made here is from elsewhere there."""
    if pack.kind != "local":
        return pack
    other = msgspec.structs.replace(pack, kind="elsewhere")
    return msgspec.structs.replace(other, hash=pack_hash(other))


def curve_of(pack: CurvePack, instrument: Instrument, stream: Stream) -> Curve:
    """Give a pack as a policy sees it; DataError where it is about something else than what is watched."""
    theirs, ours = (pack.instrument, pack.scale, pack.rater), (stream.instrument, stream.scale, stream.rater)
    if theirs != ours:
        said, wanted = (f"{each[0]} {each[1]} rated by the {each[2]}" for each in (theirs, ours))
        raise DataError(f"the curve pack '{pack.id}' is about {said}, not {wanted}")
    if pack.direction != instrument.watchable(stream.scale).direction:
        raise DataError(f"the curve pack '{pack.id}' says {pack.direction}, the instrument the other way")
    view = scale_view(instrument, stream.scale, stream.rater)
    if pack.range not in {None, (view.low, view.high)}:
        said, here = ("{:g} to {:g}".format(*each) for each in (pack.range, (view.low, view.high)))
        raise DataError(
            f"the curve pack '{pack.id}' is about {ours[0]} {ours[1]} from {said}, here it goes from {here}",
            hint="it was made with another form of this name",
        )
    return as_curve(pack)


def as_curve(pack: CurvePack) -> Curve:
    """Give a pack as a policy sees it, where nothing is known about the form that was rated."""
    return Curve(
        name=pack.id,
        coefficients=pack.coefficients(),
        version=pack.version,
        source=pack.source,
        hash=pack.hash,
        reviewed=pack.reviewed,
        status=pack.kind,
        period=pack.period,
        n_clients=pack.curve.n_clients,
        sessions=pack.sessions,
        intakes=pack.intakes if pack.curve.by_intake else None,
        inside={f"{c.percent:g}": c.inside for c in pack.calibration if c.quintile is None and c.session is None},
        successful={} if pack.successful is None else pack.successful.coefficients(),
        unsuccessful={} if pack.unsuccessful is None else pack.unsuccessful.coefficients(),
    )
