#!/usr/bin/env python3
"""Times `windfall mirror` beside `rsync -a --checksum` of the same library to an empty folder, in turn.

    benches/mirror.py --work /drive/with/space
    benches/mirror.py --help                      smaller, larger, elsewhere

Windfall makes what it writes durable and reads it back, which rsync does not; `rsync, then sync` is rsync with the
drive's cache written out at the end. Every round runs every contender once into an empty folder, beginning with another
one each time; a ratio is taken within a round. Wall and CPU time are the system's account of the processes.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)

# entries for each 100 MB, smallest and largest entry
LIBRARIES = {"photos": (50, 10_000, 4_000_000), "small files": (5_000, 1_000, 39_000)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default="/dev/shm/windfall-mirror", help="folder for all data [%(default)s]")
    parser.add_argument("--megabytes", type=int, default=500, help="size of each library [%(default)s]")
    parser.add_argument("--rounds", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--jobs", type=int, default=2, help="threads of Windfall [%(default)s]")
    parser.add_argument("--windfall", help="a binary instead of a fresh build")
    args = parser.parse_args()
    windfall = args.windfall or build()
    os.makedirs(args.work, exist_ok=True)
    print(f"- {os.cpu_count()} processors; rounds: {args.rounds}; jobs: {args.jobs}; {args.megabytes} MB a library")
    print(f"- {first_line(windfall, '--version')}; {first_line('rsync', '--version')}\n")
    try:
        for name in LIBRARIES:
            compare(name, args, windfall)
    finally:
        shutil.rmtree(args.work, ignore_errors=True)


def build():
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release", "windfall")


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()[0]


def make_library(name, args, windfall):
    per, smallest, largest = LIBRARIES[name]
    parts, library = (os.path.join(args.work, folder) for folder in ("parts", "library"))
    words = [parts, 42, per * args.megabytes // 100, smallest, largest, 1, "stored"]
    command = ["cargo", "bench", "--quiet", "--bench", "make_export", "--"]
    subprocess.run(command + [str(word) for word in words], cwd=ROOT, check=True)
    subprocess.run([windfall, "import", parts, "--to", library, "--time-zone", "UTC", "--quiet"], check=False)
    shutil.rmtree(parts)
    return library


def compare(name, args, windfall):
    library = make_library(name, args, windfall)
    out = os.path.join(args.work, "out")
    mirror = [windfall, "mirror", library, "--to", out, "--quiet", "--jobs", str(args.jobs)]
    rsync = f"rsync -a --checksum '{library}/' '{out}/'"
    contenders = {
        "windfall mirror": mirror,
        "windfall mirror --no-read-back": [*mirror, "--no-read-back"],
        "rsync -a --checksum": ["sh", "-c", rsync],
        "rsync, then sync": ["sh", "-c", f"{rsync} && sync -f '{out}'"],
    }
    runs = {contender: [] for contender in contenders}
    order = list(contenders)
    for turn in range(args.rounds):
        for contender in order[turn % len(order) :] + order[: turn % len(order)]:
            os.makedirs(out)
            subprocess.run(["sync", "-f", args.work], check=True)
            runs[contender].append(run(contenders[contender]))
            shutil.rmtree(out)
    print(f"## {name}\n\n| | wall s | CPU s | time / rsync's |\n|---|---|---|---|")
    for contender, times in runs.items():
        wall, cpu = (statistics.median(figures) for figures in zip(*times))
        ratio = statistics.median(mine[0] / other[0] for mine, other in zip(times, runs["rsync -a --checksum"]))
        print(f"| {contender} | {wall:.2f} | {cpu:.2f} | {ratio:.2f} |")
    print(flush=True)
    shutil.rmtree(library)


def run(command):
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"exit code {child.returncode}: {errors.decode(errors='replace')[:300]}")
    return wall, usage.ru_utime + usage.ru_stime


main()
