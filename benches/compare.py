#!/usr/bin/env python3
"""Times Windfall beside what people use instead, in turn, on seeded exports; prints tables.

    benches/compare.py --install          once: unzip, 7z, bsdtar (Debian) and ripunzip (cargo)
    benches/compare.py                    the tables of docs/performance.md
    benches/compare.py --help             smaller, larger, elsewhere

Every round runs every contender once, each into a fresh folder, beginning with another one each
time; a ratio is taken within a round, so that a machine that slows down slows down both. Wall
time, CPU time and peak memory are the operating system's account of the process and its children.
"""

import argparse
import glob
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)

# name: entries for each 100 MB, smallest and largest entry, parts, how entries are packed
EXPORTS = {
    "deflated": (50, 10_000, 4_000_000, 4, "deflated"),
    "stored": (50, 10_000, 4_000_000, 4, "stored"),
    "small": (5_000, 1_000, 39_000, 4, "deflated"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default="/dev/shm/windfall-compare", help="folder for all data [%(default)s]")
    parser.add_argument("--megabytes", type=int, default=2000, help="size of each export [%(default)s]")
    parser.add_argument("--rounds", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--jobs", type=int, default=2, help="threads of Windfall and ripunzip [%(default)s]")
    parser.add_argument("--exports", default="deflated,stored,small,scale,metadata", help="[%(default)s]")
    parser.add_argument("--scale", type=int, default=500_000, help="entries of the large export [%(default)s]")
    parser.add_argument("--windfall", action="append", help="a binary instead of a fresh build; two are compared")
    parser.add_argument("--alone", action="store_true", help="only Windfall")
    parser.add_argument("--install", action="store_true", help="install the other programs, then stop")
    args = parser.parse_args()
    if args.install:
        install()
        return
    windfall = args.windfall or [build()]
    os.makedirs(args.work, exist_ok=True)
    facts(args, windfall[0])
    try:
        for name in args.exports.split(","):
            compare(name, args, windfall)
    finally:
        shutil.rmtree(args.work, ignore_errors=True)


def install():
    subprocess.run(["apt-get", "install", "-y", "unzip", "p7zip-full", "libarchive-tools"], check=True)
    subprocess.run(["cargo", "install", "--locked", "ripunzip"], check=True)


def target():
    return os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))


def build():
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    return os.path.join(target(), "release", "windfall")


def make(folder, entries, smallest, largest, parts, pack):
    command = ["cargo", "bench", "--quiet", "--bench", "make_export", "--"]
    words = [folder, 42, entries, smallest, largest, parts, pack]
    subprocess.run(command + [str(word) for word in words], cwd=ROOT, check=True)


def facts(args, windfall):
    def first(pattern, path):
        with open(path, encoding="utf-8") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith(pattern)), "?")

    def version(*command):
        try:
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return None
        lines = [line for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
        return lines[0].strip() if lines else None

    memory = int(first("MemTotal", "/proc/meminfo").split()[0]) / 1024**2
    system = subprocess.run(["stat", "-f", "-c", "%T", args.work], capture_output=True, text=True, check=False)
    print(f"- processor: {first('model name', '/proc/cpuinfo')}, {os.cpu_count()} processors, {memory:.0f} GiB memory")
    print(f"- system: {platform.system()} {platform.release()}; data on {system.stdout.strip()}, warm cache")
    print(f"- rounds: {args.rounds}; jobs: {args.jobs}; {args.megabytes} MB an export, seed 42")
    for command in ([windfall, "--version"], ["ripunzip", "--version"], ["unzip", "-v"], ["7z"], ["bsdtar", "--version"]):
        print(f"- {version(*command) or command[0] + ': not installed'}")
    print(flush=True)


def run(command):
    """Runs a shell command; wall seconds, CPU seconds, peak MiB of the largest process."""
    started = time.monotonic()
    child = subprocess.Popen(["sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"exit code {child.returncode}: {errors.decode(errors='replace')[:300]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def contenders(name, args, windfall, inputs, tree):
    """Name and shell command; OUT stands for the fresh folder."""
    zips = " ".join(f"'{path}'" for path in sorted(glob.glob(os.path.join(inputs, "*.zip"))))
    each = lambda command: f"for zip in {zips}; do {command} || exit 1; done"
    found = {}
    for number, binary in enumerate(windfall):
        mark = "" if number == 0 else f" ({number + 1})"
        found["windfall" + mark] = f"'{binary}' import {zips} --to OUT/l --time-zone UTC --quiet --jobs {args.jobs}"
    if name == "scale":
        return found
    if name == "metadata":
        plain = zips.replace(inputs, inputs + "-plain")
        found["the same sizes without metadata"] = (
            f"'{windfall[0]}' import {plain} --to OUT/l --time-zone UTC --quiet --jobs {args.jobs}"
        )
        return found
    found["windfall, 1 thread"] = found["windfall"].replace(f"--jobs {args.jobs}", "--jobs 1")
    if args.alone:
        return found
    organise = os.path.join(HERE, "organise.py")
    found["unzip + script"] = (
        each('unzip -q -d OUT/x "$zip"') + f" && '{sys.executable}' '{organise}' OUT/x OUT/l"
    )
    found["unzip"] = each('unzip -q -d OUT "$zip"')
    if shutil.which("ripunzip"):
        found["ripunzip"] = each('ripunzip unzip-file -q -d OUT "$zip"').replace(
            "for zip", f"export RAYON_NUM_THREADS={args.jobs}; for zip", 1
        )
    if shutil.which("7z"):
        found["7z"] = each('7z x -y -bd -oOUT "$zip"')
    if shutil.which("bsdtar"):
        found["bsdtar"] = each('bsdtar -x -f "$zip" -C OUT')
    found["cp -r of the tree"] = f"cp -r '{tree}' OUT/l"
    return found


def compare(name, args, windfall):
    inputs = os.path.join(args.work, name)
    tree = inputs + "-tree"
    if name == "scale":
        entries, count = args.scale, 40
        make(inputs, entries, 1000, 3000, count, "deflated")
    elif name == "metadata":
        entries = 50 * 10
        make(inputs, entries, 10_000, 4_000_000, 4, "stored")
        make(inputs + "-plain", entries, 10_000, 4_000_000, 4, "plain")
    else:
        per, smallest, largest, parts, pack = EXPORTS[name]
        entries = per * args.megabytes // 100
        make(inputs, entries, smallest, largest, parts, pack)
    size = sum(os.path.getsize(path) for path in glob.glob(os.path.join(inputs, "*")))
    print(f"## {name}: {entries:,} entries, {size / 1e9:.2f} GB\n", flush=True)
    if not args.alone and name not in ("scale", "metadata"):
        for path in sorted(glob.glob(os.path.join(inputs, "*.zip"))):
            subprocess.run(["unzip", "-q", "-d", tree, path], check=True)
    entrants = contenders(name, args, windfall, inputs, tree)
    runs = {entrant: [] for entrant in entrants}
    again = []
    rounds = min(args.rounds, 3) if name == "scale" else args.rounds
    order = list(entrants)
    for turn in range(rounds):
        for entrant in order[turn % len(order) :] + order[: turn % len(order)]:
            out = os.path.join(args.work, "out")
            shutil.rmtree(out, ignore_errors=True)
            os.makedirs(out)
            try:
                runs[entrant].append(run(entrants[entrant].replace("OUT", out)))
            except RuntimeError as failure:
                if entrant.startswith("windfall"):
                    raise
                # a ratio of fewer rounds is still a ratio; that a tool failed is worth saying
                print(f"- {entrant}, round {turn + 1}: {failure}", flush=True)
                runs[entrant].append(None)
            if entrant == "windfall":
                again.append(run(entrants[entrant].replace("OUT", out)))
            shutil.rmtree(out)
    print("| | wall s | CPU s | peak MiB | time / Windfall's |\n|---|---|---|---|---|")
    base = runs["windfall"]
    for entrant, times in [*runs.items(), ("windfall again: nothing to do", again)]:
        whole = [(mine, other) for mine, other in zip(times, base) if mine]
        if not whole:
            print(f"| {entrant} | failed | | | |")
            continue
        wall, cpu, peak = (statistics.median(figures) for figures in zip(*(mine for mine, _ in whole)))
        ratio = statistics.median(mine[0] / other[0] for mine, other in whole)
        print(f"| {entrant} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {ratio:.2f} |")
    print(flush=True)
    for folder in (inputs, inputs + "-plain", tree):
        shutil.rmtree(folder, ignore_errors=True)


main()
