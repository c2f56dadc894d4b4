"""One process at a time, with the seconds and the memory it took."""
import os
import time


class CannotRun(Exception):
    """Says what is wrong and what to do."""


class Run:
    """One finished process: wall and user seconds, peak memory in MB, exit status."""

    def __init__(self, command):
        null = os.open(os.devnull, os.O_RDWR)
        redirect = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in range(3)]
        start = time.perf_counter()
        try:
            pid = os.posix_spawnp(command[0], command, os.environ, file_actions=redirect)
        except OSError as error:
            raise CannotRun(f"{command[0]}: {error.strerror}; see --help for where it is looked for") from error
        finally:
            os.close(null)
        _, status, usage = os.wait4(pid, 0)
        self.wall = time.perf_counter() - start
        self.user = usage.ru_utime
        self.peak_mb = usage.ru_maxrss / 1024
        self.status = os.waitstatus_to_exitcode(status)


def checked(command):
    run = Run(command)
    if run.status != 0:
        raise CannotRun(f"exit status {run.status} of: {' '.join(command)}")
    return run
