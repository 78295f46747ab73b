from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from firmware_tools.errors import KwsError, ModelError
from firmware_tools.protocol.replies import CommandRefusedError
from kws_data.errors import DataError, GateError, LeakError
from kws_data.progress import Progress
from kws_data.system.processes import run_jobs, worked_through, worker_pool


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone since, or a system without such files
        return not Path("/proc/self").exists()


def wait_until_gone(pid: int, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.1)
    return not alive(pid)


def test_work_is_done_in_another_process() -> None:
    with worker_pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
    assert not multiprocessing.active_children()


def test_an_error_ends_the_workers_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(KeyError), worker_pool(1) as pool:
        pid = pool.submit(os.getpid).result()
        pool.submit(time.sleep, 60)
        raise KeyError("stop")
    assert wait_until_gone(pid) and time.monotonic() - started < 40


def test_a_worker_that_is_killed_is_an_error_of_one_line() -> None:
    with pytest.raises(ModelError, match="memory"), worker_pool(1) as pool:
        pool.submit(os.kill, pool.submit(os.getpid).result(), signal.SIGKILL).result()


def test_begun_work_is_finished_where_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), worker_pool(1, finish_begun=True) as pool:
        pool.submit(write_late, tmp_path / "begun")
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert (tmp_path / "begun").read_text() == "finished" and not multiprocessing.active_children()


def test_workers_use_one_thread_each_only_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with worker_pool(1, one_thread_each=True) as one, worker_pool(1) as pool:
        assert one.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
        assert pool.submit(os.getpid).result() and os.environ["OMP_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "3"
    with worker_pool(1) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "3"


#: A parent that says the id of its worker, which sleeps then.
PARENTS = {
    "pool": """
import os, time
from kws_data.system.processes import worker_pool
if __name__ == "__main__":
    with worker_pool(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 300).result()
""",
    "jobs": """
from kws_data.system.processes import run_jobs
from tests.kws_data.system.test_processes import say_id_and_sleep
if __name__ == "__main__":
    run_jobs(say_id_and_sleep, [1, 2], 2, lambda stage, done, total: print(done, flush=True))
""",
}


@pytest.mark.parametrize("kind", PARENTS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent_however_it_ends(tmp_path: Path, kind: str, number: signal.Signals) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENTS[kind])
    parent = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=with_tests()
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    assert wait_until_gone(pid)


def test_ctrl_c_is_left_to_the_parent() -> None:
    with worker_pool(1) as pool:
        pid = pool.submit(os.getpid).result()
        begun = pool.submit(time.sleep, 0.5)
        os.kill(pid, signal.SIGINT)
        assert begun.result() is None
    told: list[int] = []
    run_jobs(interrupt_self, [1, 2], 2, lambda stage, done, total: told.append(done))
    assert sorted(told) == [1, 2]


@pytest.mark.parametrize(
    "error",
    [
        LeakError("a speaker stands in two splits", "anna", "record again"),
        GateError("too slow", 12.5, "a smaller model"),
        CommandRefusedError(3, 2, 7),
    ],
)
def test_an_error_of_a_job_or_a_worker_arrives_as_what_it_was(error: KwsError) -> None:
    with pytest.raises(KwsError) as of_job:
        run_jobs(fail_with, [error, error], 2)
    with pytest.raises(KwsError) as of_worker, worker_pool(1) as pool:
        pool.submit(fail_with, error, print).result()
    for found in (of_job.value, of_worker.value):
        assert type(found) is type(error) and str(found) == str(error) and found.exit_code == error.exit_code
        assert vars(found) == vars(error)


def test_a_job_that_is_killed_is_an_error_of_one_line() -> None:
    with pytest.raises(ModelError, match=r"exit code -9.*memory"):
        run_jobs(kill_self, [1, 2], 2)


def fail_with(error: KwsError, _progress: object) -> None:
    raise error


def kill_self(_number: int, _progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt_self(number: int, progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    progress("went on", number, 2)


def say_id_and_sleep(_number: int, progress: Progress) -> None:
    progress("started", os.getpid(), 0)
    time.sleep(300)


def write_late(path: Path) -> None:
    path.write_text("begun")
    time.sleep(0.5)
    path.write_text("finished")


def with_tests() -> dict[str, str]:
    """The environment of a program that finds this file."""
    root = str(Path(__file__).resolve().parents[3])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}


def test_work_on_many_items_comes_back_whole_from_processes() -> None:
    assert sorted(worked_through(abs, range(-7, 0), 2)) == list(range(1, 8))
    assert not multiprocessing.active_children()


def test_a_killed_worker_of_many_items_says_that_finished_work_is_kept() -> None:
    with pytest.raises(DataError, match=r"a worker process was killed.*what is finished is kept"):
        list(worked_through(die, [signal.SIGKILL], 1))


def die(how: int) -> None:
    os.kill(os.getpid(), how)


#: A parent whose worker is slow to begin, and slow at its work.
BUSY = """
import time
from kws_data.cli import main
import kws_data.cli
from kws_data.system.processes import worked_through

if __name__ == "__main__":
    def go(args, **_):
        list(worked_through(time.sleep, [60, 60], 2, finish_begun=False))
    kws_data.cli.cli.main = go
    print("ready", flush=True)
    main()
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.15, 0.4])
def test_ctrl_c_ends_all_in_one_line_whenever_it_comes(tmp_path: Path, after_s: float) -> None:
    script = tmp_path / "busy.py"
    script.write_text(BUSY)
    born = "import signal, runpy, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.argv[:1] = []; "
    born += "runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", born, str(script)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.05 + after_s)
        started = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and time.monotonic() - started < 20
    assert said.splitlines() == ["kws: interrupted; nothing kept is lost, call it again to go on"]
