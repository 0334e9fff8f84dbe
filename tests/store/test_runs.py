from __future__ import annotations

from datetime import timedelta

from fit_toolkit.store import Store, people, runs, touch
from tests.store.making import DAY, NOW, forget_touched, make_episode, rate


def test_a_run_finds_what_was_touched_or_is_due(store: Store) -> None:
    with store.begin() as c:
        for client in ("c1", "c2", "c3"):
            make_episode(c, client)
        forget_touched(c)
        one, two, three = (people.episode_id(c, f"{client}-1") for client in ("c1", "c2", "c3"))
        touch(c, [one, one], "entry", NOW)
        touch(c, [one], "entry", NOW)
        runs.set_due(c, {two: DAY, three: DAY + timedelta(days=1)})
        work = runs.pending(c, as_of=DAY)
        assert work.episodes == [one, two]
        assert {episode: len(ids) for episode, ids in work.touched.items()} == {one: 2}
        runs.set_due(c, {two: None})
        assert runs.pending(c, as_of=DAY).episodes == [one]
        assert runs.all_episodes(c) == [one, two, three]


def test_what_comes_in_during_a_run_stays_on_the_list(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
    with store.read() as c:
        work = runs.pending(c, as_of=DAY)
    with store.begin() as c:
        rate(c, member)
    with store.begin() as c:
        runs.clear_touched(c, [row for ids in work.touched.values() for row in ids])
    with store.read() as c:
        assert runs.pending(c, as_of=DAY).episodes == work.episodes


def test_the_number_of_a_touched_row_is_never_used_again(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        read = [row for ids in runs.pending(c, as_of=DAY).touched.values() for row in ids]
        runs.clear_touched(c, read)
        touch(c, [1], "entry", NOW)
        assert not set(read) & {row for ids in runs.pending(c, as_of=DAY).touched.values() for row in ids}


def test_a_run_is_remembered_with_what_it_did(store: Store) -> None:
    with store.begin() as c:
        assert runs.last_run(c, "alerts") is None
        good = runs.start_run(c, "alerts", at=NOW, as_of=DAY, policies_hash="h", engine_version="1")
        assert runs.last_run(c, "alerts") is None
        runs.finish_run(c, good, at=NOW, exit_code=0, counts={"episodes": 3})
        bad = runs.start_run(c, "alerts", at=NOW, as_of=DAY)
        runs.finish_run(c, bad, at=NOW, exit_code=1, failures=[{"plugin": "x"}])
        last, newest = runs.last_run(c, "alerts"), runs.last_run(c, "alerts", successful=False)
    assert last is not None
    assert newest is not None
    assert (last["id"], last["counts"]) == (good, {"episodes": 3})
    assert (newest["id"], newest["failures"]) == (bad, [{"plugin": "x"}])


def test_policies_seen_are_those_of_the_last_run(store: Store) -> None:
    with store.begin() as c:
        runs.set_seen_policies(c, {"a": "1", "b": "2"}, at=NOW)
        runs.set_seen_policies(c, {"b": "3"}, at=NOW)
        assert runs.seen_policies(c) == {"b": "3"}


def test_sheets_have_a_running_number(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        assert [runs.add_sheet(c, member, made_at=NOW, sha256="f" * 64) for _ in range(2)] == [1, 2]
