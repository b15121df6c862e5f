#!/usr/bin/env python3
"""Times Windfall beside what people use instead, in turn, on seeded exports; prints tables in Markdown.

    benches/compare.py --install          once: unzip, 7z, bsdtar, rsync, exiftool, b3sum (Debian), ripunzip (cargo)
    benches/compare.py --quick            most of them, within five minutes on two cores after the build
    benches/compare.py                    the tables of docs/performance.md, in an hour or so
    benches/compare.py --help             smaller, larger, elsewhere

Needs Linux and Python 3.11; a program that is not installed is named and left out. How it is measured is in
rounds.py, what is measured here, in these tables:

    import     an export into a library, beside unzip, 7z, bsdtar, ripunzip, copies of what is unpacked,
               and what people do after unzipping: a plain script (organise.py), or exiftool by date
    threads    the same import with 1, 2, 4, 8, 16 threads, as far as there are processors
    verify     reading a library and proving it, beside reading or hashing every file of it
    mirror     a second copy, read back from the drive and proved, beside rsync, which does neither
    scale      500,000 entries
    metadata   photos that tell of themselves, beside as many bytes that do not

Every round runs every contender once, each into a fresh folder, beginning with another one each time. A ratio is
taken within a round, so that a machine that slows down slows down all of them; tables show medians over the rounds.
`again` is the same command once more, with nothing left to do. What takes minutes is tried on a tenth of the export,
in a table of its own, beside Windfall on that tenth. With --quick, exiftool has one round, and of the others no
more begin when time runs out: `rounds` says how many there were, and a ratio with a star is of one.

Wall time, CPU time and peak memory are the operating system's account of a process and its children; of several
processes the peak is that of the largest. What can have threads has --jobs of them; cat, sha1sum and b3sum run as
that many processes. What was written before is on the drive when the clock starts. Windfall waits until its own is
there too; what others leave in the cache is not waited for, except where a name says `sync`.

Everything lies in one new folder below --work, which is removed at the end; nothing else is deleted.
"""

import argparse
import glob
import json
import math
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from rounds import Contender, measure, run, tell_machine, tell_together

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PACKAGES = ["unzip", "7zip", "libarchive-tools", "rsync", "libimage-exiftool-perl", "b3sum"]

# entries for each 100 MB, smallest and largest entry, how entries are packed
EXPORTS = {
    "deflated": (50, 10_000, 4_000_000, "deflated"),
    "stored": (50, 10_000, 4_000_000, "stored"),
    "small": (5_000, 1_000, 39_000, "deflated"),
}
TABLES = ["import", "threads", "verify", "mirror", "scale", "metadata"]
THREADS = [1, 2, 4, 8, 16]
# what takes minutes, and what --quick has no minutes for, is tried on a tenth of an export
SLOW = ["unzip + exiftool"]
SLOW_FOR_QUICK = ["unzip + script", *SLOW, "unzip", "7z", "bsdtar"]
# of which even then it has one round
ONE_ROUND_FOR_QUICK = SLOW
# when its last round ends, unless that is the first of a table
QUICK_SECONDS = 230


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1000 MB, 3 rounds, four tables, within five minutes")
    parser.add_argument("--work", help="folder for all data [/dev/shm if it has room, else the temporary folder]")
    parser.add_argument("--megabytes", type=int, help="size of each export [2000]")
    parser.add_argument("--rounds", type=int, help="[5]")
    parser.add_argument("--jobs", type=int, default=2, help="threads or processes of what can have many [%(default)s]")
    parser.add_argument("--exports", help=f"for the first four tables [{','.join(EXPORTS)}]")
    parser.add_argument("--tables", help=f"[{','.join(TABLES)}]")
    parser.add_argument("--scale", type=int, default=500_000, help="entries of the table scale [%(default)s]")
    parser.add_argument("--windfall", action="append", help="a binary instead of a fresh build; two are compared")
    parser.add_argument("--make-export", help="a binary instead of a fresh build of the bench make_export")
    parser.add_argument("--alone", action="store_true", help="only Windfall")
    parser.add_argument("--install", action="store_true", help="install the other programs, then stop")
    args = parser.parse_args()
    if args.install:
        subprocess.run(["apt-get", "install", "-y", *PACKAGES], check=True)
        subprocess.run(["cargo", "install", "--locked", "ripunzip"], check=True)
        return
    args.tables = chosen(parser, args.tables, TABLES[:4] if args.quick else TABLES, TABLES)
    args.exports = chosen(parser, args.exports, list(EXPORTS), list(EXPORTS))
    args.rounds = args.rounds or (3 if args.quick else 5)
    args.megabytes = args.megabytes or (1000 if args.quick else 2000)
    binaries = [os.path.abspath(path) for path in args.windfall or [build("windfall", "build", "--release")]]
    args.windfall = {f"windfall ({n})" if n > 1 else "windfall": path for n, path in enumerate(binaries, 1)}
    args.make_export = os.path.abspath(
        args.make_export or build("make_export", "bench", "--bench", "make_export", "--no-run")
    )
    args.last_end = time.monotonic() + QUICK_SECONDS if args.quick else math.inf
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    args.work = tempfile.mkdtemp(prefix="windfall-compare-", dir=roomy(parser, args))
    try:
        tell_machine(args.work, programs(args))
        print(f"- {args.megabytes} MB an export, seed 42; {args.rounds} rounds; {args.jobs} threads or processes\n")
        compare_on_exports(args)
        compare_at_scale(args)
        compare_metadata(args)
    finally:
        shutil.rmtree(args.work, ignore_errors=True)


def programs(args):
    """What is compared here, and the command that tells its version."""
    found = {label: [path, "--version"] for label, path in args.windfall.items()}
    if not args.alone:
        found |= {"unzip": ["unzip", "-v"], "7z": [seven_zip()], "exiftool": ["exiftool", "-ver"]}
        for name in ["bsdtar", "ripunzip", "cp", "rsync", "cat", "sha1sum", "b3sum"]:
            found[name] = [name, "--version"]
    return found


def seven_zip():
    # Debian's package has 7zz, and only in later releases 7z as well
    return "7zz" if shutil.which("7zz") else "7z"


def chosen(parser, text, usual, possible):
    names = text.split(",") if text else usual
    for name in names:
        if name not in possible:
            parser.error(f"{name} is none of {', '.join(possible)}")
    return names


def roomy(parser, args):
    """The folder to work in, with room for an export, its tree or library, and one more of these."""
    need = max(3.5 * 1e6 * args.megabytes, 6000 * args.scale if "scale" in args.tables else 0)
    folders = [args.work] if args.work else ["/dev/shm", tempfile.gettempdir()]
    for folder in folders:
        if os.path.isdir(folder) and shutil.disk_usage(folder).free > need:
            return folder
    parser.error(f"no {need / 1e9:.1f} GB free in {' or '.join(folders)}; see --work and --megabytes")


def build(name, *command):
    """Builds a program of this repository; gives its path as cargo tells it."""
    command = ["cargo", *command, "--locked", "--quiet", "--message-format=json"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return next(told["executable"] for told in messages if told.get("executable") and told["target"]["name"] == name)


def compare_on_exports(args):
    together = {}
    for name in args.exports:
        tables = {"import", "threads", "verify", "mirror"} & {*args.tables}
        # one export has to do when it must be quick; a library of what was stored is that of what was deflated
        left_out = args.exports[1:] if args.quick else ["stored"] if "deflated" in args.exports else []
        if name in left_out:
            tables &= {"import"}
        if not tables:
            continue
        zips, size = make_from(args, name, 1)
        if "import" in tables:
            together[name] = compare_imports(args, name, zips, size)
        if "threads" in tables:
            compare_threads(args, f"threads: {name}, {size}", zips)
        if {"verify", "mirror"} & tables:
            library = os.path.join(args.work, "library")
            run(windfall_import(args, zips), os.path.dirname(library))
        if "verify" in tables:
            table(args, f"verify: {name}, {size}", verifiers(args, library))
        if "mirror" in tables:
            table(args, f"mirror: {name}, {size}", mirrors(args, library))
        clear(args)
    if together:
        tell_together("import: time / Windfall's", "windfall", together)


def compare_imports(args, name, zips, size):
    slow = SLOW_FOR_QUICK if args.quick else SLOW
    tree = os.path.join(args.work, "tree")
    if not args.alone:
        # not in this process: what it takes hides the peak of what it starts
        for path in zips:
            subprocess.run([sys.executable, "-m", "zipfile", "-e", path, tree], check=True)
    contenders = importers(args, zips, tree)
    whole = {key: contender for key, contender in contenders.items() if key not in slow}
    figures = table(args, f"import: {name}, {size}", whole)
    shutil.rmtree(tree, ignore_errors=True)
    if args.alone:
        return figures
    zips, size = make_from(args, name, 10)
    contenders = importers(args, zips, tree)
    tenth = {key: contenders[key] for key in [*args.windfall, *slow]}
    more = table(args, f"import: {name}, a tenth of it, {size}", tenth)
    return figures | {f"{key}, on a tenth": more[key] for key in slow if key in more}


def compare_threads(args, title, zips):
    processors = len(os.sched_getaffinity(0))
    counts = [count for count in THREADS if count <= processors]
    table(args, title, {f"windfall --jobs {count}": Contender(windfall_import(args, zips, count)) for count in counts})
    if len(counts) < len(THREADS):
        left_out = ", ".join(map(str, THREADS[len(counts) :]))
        print(f"There are {processors} processors, so {left_out} threads were not measured.\n", flush=True)


def compare_at_scale(args):
    if "scale" in args.tables:
        zips, size = make(args, "scale", args.scale, 1000, 3000, 40, "deflated")
        table(args, f"scale: {size}", windfalls(args, zips))
        clear(args)


def compare_metadata(args):
    if "metadata" in args.tables:
        entries = args.megabytes // 4
        zips, size = make(args, "metadata", entries, 10_000, 4_000_000, 4, "stored")
        plain, _ = make(args, "plain", entries, 10_000, 4_000_000, 4, "plain")
        without = {"windfall, the same sizes without metadata": Contender(windfall_import(args, plain))}
        table(args, f"metadata: {size}", windfalls(args, zips) | without)
        clear(args)


def table(args, title, contenders):
    if args.quick:
        contenders = {
            name: contender._replace(rounds=1) if name in ONE_ROUND_FOR_QUICK else contender
            for name, contender in contenders.items()
        }
    if args.alone:
        contenders = {name: contender for name, contender in contenders.items() if name.startswith("windfall")}
    return measure(title, contenders, args.work, args.rounds, args.last_end)


def make_from(args, name, share):
    per, smallest, largest, pack = EXPORTS[name]
    entries = max(per * args.megabytes // 100 // share, 1)
    return make(args, f"{name}-{share}", entries, smallest, largest, 4, pack)


def make(args, name, entries, smallest, largest, parts, pack):
    """Makes an export; gives its zips and how large it is, in words."""
    folder = os.path.join(args.work, name)
    words = [folder, 42, entries, smallest, largest, parts, pack]
    subprocess.run([args.make_export, *map(str, words)], check=True)
    zips = sorted(glob.glob(os.path.join(folder, "*.zip")))
    return zips, f"{entries:,} entries, {sum(map(os.path.getsize, zips)) / 1e9:.2f} GB"


def clear(args):
    for entry in os.listdir(args.work):
        shutil.rmtree(os.path.join(args.work, entry))


def windfall_import(args, zips, threads=None, label="windfall"):
    command = shlex.join([args.windfall[label], "import", *zips])
    return f'{command} --to "$OUT/library" --time-zone UTC --quiet --jobs {threads or args.jobs}'


def windfalls(args, zips):
    return {label: Contender(windfall_import(args, zips, label=label), again=True) for label in args.windfall}


def importers(args, zips, tree):
    def each(command):
        return f"for zip in {shlex.join(zips)}; do {command} || exit 1; done"

    tree = shlex.quote(tree)
    unzip = each('unzip -q -d "$OUT/x" "$zip"')
    organise = f'{shlex.join([sys.executable, os.path.join(HERE, "organise.py")])} "$OUT/x" "$OUT/library"'
    # of the dates that a photo has, the last one here counts; lists are no photos
    dates = shlex.join(f"-Directory<{tag}" for tag in ["FileModifyDate", "CreateDate", "DateTimeOriginal"])
    exiftool = f'exiftool -q -q -r --ext csv -d "$OUT/library/%Y/%Y-%m" {dates} "$OUT/x"'
    seven = seven_zip()
    ripunzip = f"export RAYON_NUM_THREADS={args.jobs}; " + each('ripunzip unzip-file -q -d "$OUT" "$zip"')
    # with --quick, the table of threads tells as much
    one = {} if args.quick else {"windfall, 1 thread": Contender(windfall_import(args, zips, 1))}
    return windfalls(args, zips) | one | {
        "unzip + script": Contender(f"{unzip} && {organise}", "unzip"),
        "unzip + exiftool": Contender(f"{unzip} && {exiftool}", "unzip exiftool"),
        "unzip": Contender(unzip, "unzip"),
        "7z": Contender(each(f'{seven} x -y -bd -o"$OUT" "$zip"'), seven),
        "bsdtar": Contender(each('bsdtar -x -f "$zip" -C "$OUT"'), "bsdtar"),
        "ripunzip": Contender(ripunzip, "ripunzip"),
        "cp -r of the tree": Contender(f'cp -r {tree} "$OUT"', "cp"),
        "rsync -a of the tree": Contender(f'rsync -a {tree} "$OUT"', "rsync"),
    }


def verifiers(args, library):
    jobs, library = args.jobs, shlex.quote(library)
    each = f"find {library} -type f -print0 | xargs -0 -n 64 -P {jobs}"
    verify = {
        f"{label} verify": Contender(f"{shlex.quote(path)} verify {library} --quiet --jobs {jobs}")
        for label, path in args.windfall.items()
    }
    return verify | {
        "cat of every file": Contender(f"{each} cat", "cat"),
        "sha1sum of every file": Contender(f"{each} sha1sum", "sha1sum"),
        "b3sum of every file": Contender(f"{each} b3sum --num-threads 1", "b3sum"),
    }


def mirrors(args, library):
    mirror, library = {}, shlex.quote(library)
    for label, path in args.windfall.items():
        command = f'{shlex.quote(path)} mirror {library} --to "$OUT/mirror" --quiet --jobs {args.jobs}'
        mirror[f"{label} mirror"] = Contender(command, again=True)
        mirror[f"{label} mirror --no-read-back"] = Contender(f"{command} --no-read-back")
    rsync = f'rsync -a {library}/ "$OUT/mirror"'
    sync = 'sync -f "$OUT"'
    return mirror | {
        "rsync -a": Contender(rsync, "rsync", again=True),
        "rsync -a, sync": Contender(f"{rsync} && {sync}", "rsync"),
        "rsync -a, sync, rsync -a --checksum": Contender(f"{rsync} && {sync} && {rsync} --checksum", "rsync"),
    }


main()
