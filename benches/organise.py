#!/usr/bin/env python3
"""The script that people write: sort an unzipped export into folders by the dates of its details.

Reads every `Photo Details*.csv`, drops files whose MD5 was seen, sets the modification time and
moves each photo to YEAR/MONTH. No proof, no albums, no Live Photos, no care for a kill: it is the
yardstick of `compare.py`, not a recommendation.

    organise.py EXTRACTED LIBRARY
"""

import csv
import datetime
import hashlib
import os
import sys

extracted, library = sys.argv[1:3]
dates, seen = {}, set()
for folder, _, names in os.walk(extracted):
    for name in names:
        if name.startswith("Photo Details") and name.endswith(".csv"):
            with open(os.path.join(folder, name), newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    text = row["originalCreationDate"].removesuffix(" GMT")
                    date = datetime.datetime.strptime(text, "%A %B %d,%Y %I:%M %p")
                    dates[folder, row["imgName"]] = date.replace(tzinfo=datetime.timezone.utc)
for folder, _, names in os.walk(extracted):
    for name in names:
        if name.endswith(".csv"):
            continue
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "md5").digest()
        if digest in seen:
            continue
        seen.add(digest)
        date = dates.get((folder, name))
        target = os.path.join(library, date.strftime("%Y/%m") if date else "undated")
        os.makedirs(target, exist_ok=True)
        if date:
            os.utime(path, (date.timestamp(), date.timestamp()))
        stem, extension = os.path.splitext(name)
        number, place = 1, os.path.join(target, name)
        while os.path.exists(place):
            number += 1
            place = os.path.join(target, f"{stem} ({number}){extension}")
        os.rename(path, place)
