"""The line before a writer: its order, what is told of it, and who is not waited for."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from app import lining
from app.lining import Line


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lining, "SECONDS_BETWEEN_LOOKS", 0.01)


def test_the_first_waits_for_nobody_and_is_told_nothing() -> None:
    with Line(1, patience_seconds=60).join() as place:
        assert list(place.wait()) == []


def test_who_comes_later_is_told_how_many_come_before_until_they_have_gone() -> None:
    line = Line(1, patience_seconds=60)
    with ExitStack() as first, ExitStack() as second:
        list(first.enter_context(line.join()).wait())
        second.enter_context(line.join())
        with line.join() as third:
            told = third.wait()
            assert next(told) == 2
            second.close()  # leaves before its turn
            assert next(told) == 1
            first.close()
            assert list(told) == []


def test_turns_come_in_the_order_of_asking_and_one_at_a_time() -> None:
    line, served, writing, most = Line(1, patience_seconds=60), list[int](), 0, 0
    joined = threading.Barrier(2)

    def ask(number: int) -> None:
        nonlocal writing, most
        with line.join() as place:
            joined.wait()
            list(place.wait())
            writing += 1
            most = max(most, writing)
            served.append(number)
            time.sleep(0.002)
            writing -= 1

    threads = []
    with line.join() as before:
        list(before.wait())
        for number in range(8):
            threads.append(threading.Thread(target=ask, args=(number,)))
            threads[-1].start()
            joined.wait()
    for thread in threads:
        thread.join(10)
    assert served == list(range(8))
    assert most == 1


def test_who_stopped_in_the_middle_of_their_turn_does_not_stop_the_others() -> None:
    line = Line(1, patience_seconds=0.05)
    with line.join() as stopped:
        list(stopped.wait())
        with line.join() as second:
            assert 1 in list(second.wait())  # told while it waits, and then served


@pytest.mark.parametrize("at_once", [2, None])
def test_a_writer_of_several_answers_takes_several(at_once: int | None) -> None:
    line = Line(at_once, patience_seconds=60)
    with line.join() as first, line.join() as second, line.join() as third:
        assert [list(first.wait()), list(second.wait())] == [[], []]
        assert line.come(third, 0.0) == (at_once is None)
