"""How compare.py measures: rounds of shell commands, what they cost, and the tables that come of it.

Knows nothing of what the commands do. The first contender of a table is the one to which ratios are taken, and its
failure stops everything; that another one fails is said, and costs it that round.
"""

import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from typing import NamedTuple


class Contender(NamedTuple):
    """A shell command, to which $OUT is a fresh folder; the programs it needs; if it runs twice; rounds at most."""

    command: str
    needs: str = ""
    again: bool = False
    rounds: int = sys.maxsize


class Run(NamedTuple):
    """Seconds, and MiB of the largest process."""

    wall: float
    cpu: float
    peak: float


class Figures(NamedTuple):
    """Medians over the rounds there were, as they are printed; the ratio is to the first contender's wall time."""

    wall: str
    cpu: str
    peak: str
    ratio: str
    rounds: str


def run(command, out):
    started = time.monotonic()
    child = subprocess.Popen(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"OUT": out},
        process_group=0,
    )
    try:
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        raise
    wall = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"exit code {child.returncode}: {errors.decode(errors='replace').strip()[:300]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(title, contenders, work, rounds, last_end):
    """Runs every contender in rounds, of which all but the first have to end in time; prints a table, gives figures."""
    print(f"## {title}\n", flush=True)
    order = [name for name, contender in contenders.items() if all(map(shutil.which, contender.needs.split()))]
    runs, failures = {}, []
    for turn in range(rounds):
        next_takes = 0.0
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            contender = contenders[name]
            if turn >= contender.rounds:
                continue
            began = time.monotonic()
            out = os.path.join(work, "out")
            os.makedirs(out)
            for key in [name, f"{name}, again"] if contender.again else [name]:
                done = runs.setdefault(key, {})
                subprocess.run(["sync", "-f", work], check=True)
                try:
                    done[turn] = run(contender.command, out)
                except RuntimeError as failure:
                    if name == order[0]:
                        raise
                    failures.append(f"- {key}, round {turn + 1}: {failure}")
                    break
            shutil.rmtree(out)
            if turn + 1 < contender.rounds:
                next_takes += time.monotonic() - began
        if time.monotonic() + next_takes > last_end:
            break
    floor = run(":", work).peak
    figures = {}
    print(f"| | wall s | CPU s | peak MiB | time / {order[0]}'s | rounds |\n|---|---|---|---|---|---|")
    for name in sorted(runs, key=lambda key: order.index(key.removesuffix(", again"))):
        if runs[name]:
            figures[name] = summed_up(runs[name], runs[order[0]], floor)
        print(f"| {name} | {' | '.join(figures.get(name, ['failed', '', '', '', '0']))} |")
    print(*["", *failures] if failures else [], "", sep="\n", flush=True)
    return figures


def summed_up(done, base, floor):
    """The figures of runs by round, beside those of the contender that ratios are taken to."""
    wall, cpu, peak = map(statistics.median, zip(*done.values()))
    ratio = statistics.median(mine.wall / base[turn].wall for turn, mine in done.items())
    # a process begins as a copy of this one, and so no lower peak can be seen
    seen = f"{peak:.0f}" if peak > floor + 1 else f"< {floor + 1:.0f}"
    star = "*" if len(done) == 1 else ""
    return Figures(f"{wall:.2f}", f"{cpu:.2f}", seen, f"{ratio:.2f}{star}", str(len(done)))


def tell_together(title, first, tables):
    """The ratios of several tables that have the same first contender, side by side."""

    def line(name, cells):
        print(f"| {name} | {' | '.join(cells)} |")

    print(f"## {title}\n")
    line("", tables)
    print("|---" * (len(tables) + 1) + "|")
    every, again = tables.values(), f"{first}, again"
    line(f"{first}, wall", [f"{figures[first].wall} s" for figures in every])
    for name in dict.fromkeys(name for figures in every for name in figures):
        if name not in (first, again):
            line(name, [figures[name].ratio if name in figures else "" for figures in every])
    line("peak memory", [f"{figures[first].peak} MiB" for figures in every])
    line(again, [f"{figures[again].wall} s, {figures[again].peak} MiB" for figures in every])
    print(flush=True)


def tell_machine(folder, programs):
    """A list of what the figures depend on; `programs` are commands that tell their version, by name."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        told = [line.partition(":") for line in file if ":" in line]
    processor = {key.strip(): value.strip() for key, _, value in reversed(told)}
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1]) / 1024**2
    flags = re.findall(r"avx2|avx512\w*|sha_ni", processor.get("flags", "")) or ["none of avx2, avx512, sha_ni"]
    drive = subprocess.run(["df", "--output=fstype", folder], capture_output=True, text=True, check=True).stdout
    model = processor.get("model name", platform.machine())
    print(f"- processor: {model}; {len(os.sched_getaffinity(0))} processors; {' '.join(flags)}")
    print(f"- {memory:.0f} GiB memory; {platform.system()} {platform.release()}; data on {drive.split()[-1]}, warm cache")
    print(f"- python: {platform.python_version()}")
    for name, command in programs.items():
        if not shutil.which(command[0]):
            print(f"- {name}: not installed, left out")
            continue
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        lines = [line.strip() for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
        print(f"- {name}: {lines[0] if lines else 'tells no version'}")
