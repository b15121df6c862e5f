// The map: where photos were taken, as clusters over coastlines. Nothing is loaded; the coastlines lie in this file, and
// the names on the map are those that the photos' own places have.
//
// `drawMap(element, points, onPick)` fills an element. A point is `{ index, latitude, longitude, place }` with the place
// as words: country, region, town, each empty where it is not known. Who chooses a cluster comes nearer, until it is of
// one place; then `onPick` is told the indices of its points.
'use strict';
const drawMap = (() => {
  // land as one path in tenths of a degree, x to the east and y to the south: Natural Earth 1:110m, public domain;
  // src/place/pack.py made it
  const COASTLINES = "M-596 800l-3 5-3 5-21-1-22 0-12-3 0-1-6-2 23 0 21 1 8-4 5-4zM-1592 795l-19 1-13-3-6-4-1 0-6-3 6-4 19 2 10 3 7 3zM-452 780l13 5 4 6 1 4 1 5-16 3-16 3-19 2-21 2-24 0-13-4 2-4 21-3 9-3 6-4 5-4 6-3 6-5 5 0 15-2zM-1212 735l13 2 12-2-6 3-9 3-14-1-10-3 2-4zM-1256 735l16 4-6-1-13-1-14-2 7-3zM-990 719l11 2 11-1 6 5-8-1-12 1-12-1-14 1-10-2-5-4 6-2 13 2zM-685 710l2 4-2 4-3 4-12 1-11 2-13 0 5-4-12 1-11 2-8-3 0-4 11-4 7-1 11 0 3-5 1-4 0-8 5-5 9-1 6 4 2 3 4 5 4 4zM-1800 847l1 0 8-6 18 4 2-1 2-1 4-1 3-1 1 0 2 0 1 0 14 4 13-4 2 0 29-2 10 2 5 1 15 4 28 2 23 3 38 3 29-3 43 2 24 3 26-3 28-3 2-4-39-1-33-2-8-4-27-2 2-5 4-4 3-3-2-5-16-2-8-4-15-3 24 1 23-2 15 3 17-3 17-3 8-4-4-4-13-2-14-3-21-1-18-1-19-1-7-4-13-3-8-4-3-11 5 1 9 3 17-1 16-1 8 4 16-1 13-2 13-3 11-3 15-1 0-4-4-4 3-3 13-2 6 3 15-2 12-2 14 0 13-1 14-3 11-2 12-2 8 1 7 0 14-1 14 2 13 0 14-2 13 1 15 1 14 0 14 0 15 0 14 0 10-3 12-2 13 2 12-1 11-4 6 3 4 4 6 3 10-3 12 4 14 1 11 3 15-1 12-2 15 1 14 1 14 2 5-4-7-4-5-3-12-1-6-4-2-3-4-8 8 2 13 0 13 0 12 1 10 3 4 4 14 0 13-1 13-2 13-1 10 2 13-1 9-7 8 4 11 2 13-1 8 4 13 0 12 1 12 3 8-4 4-4 10 4 14-1 10 2 7 4 13-1 10-2 11-3 12-1 14-2 13-1 9-2 6-3 3-5-2-4-3-4-3-3-3-4-3-4 0-4 1-4 4-3 4-5 2-3-2-5-1-4 4-4 6-3 6-4 7-3 8-3 4-4 6-3 6-3 10 0 6-3 7-2 8-1 7-3 6-3 8-1 6 2-4 4-10 3-4 2-8-2-8 1-7 2-7 3-5 3-1 4 0 4 5 3-7 2-9 1-6 3-6 3-6 5-2 4 4 4 5 3 8 2 8 3 4 4 2 4 3 4 5 3 3 4 1 9 3 4 1 4 3 4-1 5-6 4-6 3-13 2-4 3-7 4-15 3-13 2-12 2-14 2-8 4-16 1-18-1-16 1-16 0 3 4 15 2 11 3 6 3-11 3-17-1-14 3-1 4 0 4 12 3 2 4 12 4 22 1 18 3 14 3 18 3 25 2 24 2 17 3 19 4 10 4 5 4 12-3 16-3 18-3 21-3 17-3 25 0 25 1 20 3 6-4 14-3 26-1 19-2 19-2 21-1 22-2 15-3-7-3-4-4 0-3-19 0-21 2-19 0-3-4 1-8 5-2 14-2 17-2 12-3 12-3 9-4 14-2 13-1 7-1 16-1 14-1 13-2 12-2 11-3 14-3 9-3 9-3 3-4-11-2 4-4 7-4 10-1 11-3 10-3 8-4 5-5 7-2 12 0 5 4 12 0 0-4 5-4 11 1 3 4 12 1 13-2 12-1 11 0 5 4 11-3 10-2 11-1 11-1 11-3 11-1 8-3 6-3 8 2 10-1 8 5 5 3 12-2 4-4 10-2 13 0 4 4 8-4 11-1 12 0 11 0 11 1 11 1 4 3 7 3 11-2 11 0 12 0 11 0 10-2 11-1 8-3 10-1 10-1 8-3 5-6 6-3 10 2 4 3 9 2 10 0 7 3 7 3 11-3 3-4 9-2 11-3 9-1 12-2 8-2 8-3 8-2 9 1 9-3 7-3 9 0 9-2 1-4 9-3 8-1 10-2 9-1 9 1 10 1 8 2 1 5 8 3 6 3 12 1 7 3 8 3 10 0 8-2 9-4 9 2 10 1 9 2 10 0 10 0 8 11 0 2-1 5-10 2-8 4 1 4 12 0-2 4-5 3-5 5 8 3 12 1 11-2 6-4 3-4 6-3 6-3 2-3 6-5 6-1 11-1 10-1 10-1 5-4 3-4 7-4 10-2 8-2 6-4 6-1 7-2 10 1 9-1 10-1 11 0 7-2 5-7 4 3 4 5 9 1 9 1 10-1 10 1 9 0 7-1 8 1 8 2 9-2 11 0 9-1 10 1 7-3 5-3 7-3 12-7 7 1 7 3 7 3 13 6 10 1 9 0 11-2 10-1 9-3 6-3 12 0 7-2 8 2 5 3 7 3 11 0 7 2 12 3 12 1 11-1 8-3 6-3 9-1 9 1 11 1 9-1 9 0 9 1 9 1 9-2 11-2 10 0 11 0 10-1 9-1 2-5 1-4 6 3 2 4 3 4 4 4 9 2 11-1 13 0 9-1 13 0 10 0 13 0 11 1 7 3-2 4 6 3 11 2 11 3 13 2 14 1 10 2 11 0 7-3 9 2 7 3 9 3 12 1 12 1 5 4 11 2 8 4 11 1 11 0 11 1 12 0 12 0 11 2 11 2 10 2 7 3-1 4-5 3-5 5-3 3-5 5-13 1-6 4-13 2-5 4-6 3-8 4-4 4-2 3-1 5 0 4 6 4 2 3 4 4 19 1 4 5-18 1-15 2-19 1-9 5-2 5-4 4-5 3 13 4 5 4 9 4 12 3 14 3 15 3 23 3 5 5 29 2 2 1 7 3 28-2 23 3 17 2 0 53-3600 0zM-678 538l13 7 14 2-4 5-10 0-5-3-3 4-8 3-11-1-8-3-10-1-13-6-10-5-14-12 9 2 14 7 13 4 5-5 3-7 10-4 7 1 3 5zM-585 511l8 4-3 4-14 3-4-4-9 5-5-5 12-5 8 2zM703 497l-16 1 0-6 2-4 0-2 7 3 9 2 1 2zM1454 408l10 3 5-1 8-2 6 1 1 12-4 3-1 8-3-3-7 7-2 0-7-1-6-8-1-7-6-8 0-5zM1730 409l2 4 8-4 2 4 0 5-3 4-7 8-5 4 4 5-8 0-8 3-3 7-6 10-8 5-5 2-9 0-6-3-11-1-2-3 5-8 13-10 6-2 8-3 8-6 6-5 5-7 4-3 1-5 7-5zM1746 362l7 10 1-7 4 3 2 8 8 3 6 1 6-4 5 1-2 9-3 6-8-1-3 3 1 5-1 2-4 5-5 7-8 4-1-3-4-1 5-8-3-6-11-4 1-4 7-3 1-8 0-6-4-7 0-2-5-4-7-9-5-7 4 0 6 5 7 3zM1671 222l-4 2-5-3-7-4-7-6-6-7-2-3 5 0 5 4 5 3 3 3 8 6zM1784 173l3 3-1 6-7 1-5-1-1-5 4-3 4 1zM-1800 166l-6 2-7 2-1-4 5-2 3 0 6-3 2-1-1 5zM1678 165l-3 1-3-4 0-3zM1671 149l2 8-3-1-2 1-1-3-1-8zM501 136l1 12 3 4-1 5-2 3-3-6-2 3 2 8-1 4-3 2-1 9-4 11-5 14-6 19-4 14-4 11-8 3-9 4-6-3-8-3-2-5-1-9-4-8 0-7 1-8 5-1 0-4 5-7 1-7-3-4-2-7 0-9 3-5 1-7 5 0 6-2 4-2 4 0 6-6 8-6 3-5-1-4 4 1 5-7 1-6 3-5 3 5 3 4zM1436 138l3 7 7-3 3 4 5 4-1 4 2 9 1 5 3 1 3 9-1 5 3 7 11 5 7 5 6 4-1 2 6 7 4 10 4-2 4 5 2-2 2 11 7 6 5 4 8 8 2 8 1 5-1 7 5 8-1 9-2 5-2 9 0 5-2 7-5 10-7 4-4 8-3 5-3 9-4 5-2 7-2 7 1 3-6 4-11 0-9 4-5 4-6 4-8-4-6-2 1-5-5 2-9 7-9-3-5-1-6-1-10-3-6-6-2-8-2-5-5-4-10-1 3-5-2-7-5 7-9 2 6-6 1-6 4-5-1-7-8 9-6 3-4 8-8-4 0-6-6-7-5-4 2-2-13-6-7 0-10-5-18 1-13 3-11 4-10-1-10 5-9 3-2 5-3 4-9 0-6 1-9-2-7 1-7 1-6 5-3 0-5 2-5 4-7-1-7 0-10-6-6-2 0-6 5-1 2-2 0-4 1-7-1-6-5-10-2-6 0-5-4-7 0-3-4-4-2-8-5-8-2-4 5 4-4-9 5 3 3 4 0-5-5-8-1-3-2-3 1-6 2-2 1-5-1-6 4-7 1 7 4-7 9-3 4-4 8-4 5-1 2 1 8-3 6-1 2-3 3 0 5 0 11-3 5-5 3-5 5-5 1-4 0-5 7-9 4 9 5-2-4-5 3-5 5 2 1-7 5-5 3-4 5-2 0-3 4 1 0-2 5-1 5-2 7 5 6 6 6 0 6 1-2-6 5-8 4-2-1-3 4-6 6-3 5 1 9-2 0-5-8-3 6-2 6 3 6 4 8 2 3-1 6 3 6-2 4 0 2-1 5 5-3 5-4 4-3 0 1 4-3 5-4 5 1 3 8 6 8 3 5 3 7 6 3 0 5 3 2 3 9 3 7-3 2-6 2-4 1-6 3-8-1-4 0-3-1-6 2-8 1-2-1-3 2-5 2-6 0-3 4-3 3 5 1 6 2 1 1 4 3 5 1 6zM1621 105l3 3-7 0-4-6 6 2zM1207 102l-4 1-13-7 9-2 5 3 4 3zM1609 99l-4 0-6-1-3-2 1-4 7 2 3 2zM1617 96l-2 2-7-9-2-6 3 0 4 8zM1244 101l-8 3-1-2 1-3 4-6 10-4 1-2 8-3 7 0 4-1 3 1-3 3-11 4-8 3zM1179 81l4 3 6-1 2 4-11 2-7 1-6 0 4-5 5-1zM1229 81l-1 6-15 2-14-1 0-4 8-2 6 3 7 0zM1599 83l0 2-8-4-5-3-4-4 2-1 4 3 8 4zM1575 73l-2 1-4-2-4-4 0-2 6 4zM1086 68l19 1 3-4 18 4 4 7 15 2 12 6-11 4-11-5-9 1-11-1-9-2-12-4-7-1-4 2-18-4-2-5-9 0 7-10 12 1 8 3 4 1zM1347 62l-5 7-1-8 2-3 2-4 2 3zM1559 68l-3 1-4-4-5-6-2-8 2-1 1 3 3 3 4 6 5 3zM1520 55l-5 1-2 2-5 3-6 2-5 0-8-3-6-3 1-3 9 2 5-1 2-5 1 0 1 5 6 0 3-4 5-3-1-6 6-1 2 2 0 6zM1272 35l-3 3-7-2-2-4 10-1zM1305 31l3 8-8-5-8 0-6 0-7 0 2-6 13 0zM1531 45l-3 3-2-6-2-4-4-3-6-5-7-3 2-2 6 3 3 2 4 2 4 5 4 3zM1341 12l3 16 11 6 8-11 11-6 9 0 9 4 7 3 11 2 17 7 19 6 7 5 5 5 2 6 16 6 3 5-9 1 2 7 9 6 6 11 6 0 0 4 7 2-3 2 11 4-1 3-7 1-2-3-9-1-10-2-8-6-5-6-6-8-13-5-8 3-6 3 1 8-8 3-5-1-11-1-9-8-10-2-2 3-13 0 4-8 7-3-3-11-5-8-19-9-8 0-15-10-3 5-4 1-2-4 0-4-8-5 11-3 7 0-1-3-15 0-4-6-9-2-4-5 14-2 5-3 16 4zM1252-14l-8 10-7 2-10-2-16 0-9 2-2 7 9 9 6-4 18-4 0 5-5-2-4 6-9 4 10 13-2 3 9 12 0 6-6 3-4-3 5-8-10 4-2-3 1-4-7-6 1-10-7 3 1 12 0 14-6 2-4-3 3-9-2-10-4 0-3-7 4-7 1-7 5-16 2-4 9-7 8 3 12 1 12 0 10-7zM1287-11l-1 8-5-1-1 7 4 5-3 1-4-6-3-13 2-8 3-4 1 6 6 1zM1058 59l-11 0-8-9-13-8-4-6-8-8-5-7-8-14-8-9-3-8-4-8-9-7-5-8-8-6-10-11-1-5 6 1 16 2 9 9 7 7 6 4 9 11 11 0 8 7 6 8 7 5-4 8 6 4 4 0 1 7 4 5 7 1 5 7-2 12zM1179-18l11 9-12 1-3 7 0 9-9 7-1 10-4 15-1-3-11 4-4-6-7-1-5-3-12 4-4-5-7 0-8-1-1-13-5-3-5-8-1-9 1-9 6-7 7 3 8-2 2-8 4-2 12-2 7-8 5-6 4-4 9-5 7-7 5-8 4 0 5 5 1 4 6 3 9 3-1 4-7 0 2 5-7 4-6 9 7 9zM1264-84l1 6 0 6-3 9-4-10-4 5 3 8-3 4-12-6-3-7 3-5-6-4-3 4-5-1-7 6-2-3 4-8 6-3 6-4 3 5 8-3 2-5 7 0-1-8 8 5 1 5zM812-62l-9 2-4-8-2-14 4-16 7 5 5 7 5 11-2 10zM-609-101l-9 1-2-1 3-3 0-4 6-1 2 0zM1240-103l-4 4-3 6-3 3-6-7 2-3 2-3 1-6 6 0-2 6 8-9zM1185-93l-13 9 5-7 7-6 6-7 5-10 2 8-7 6zM1219-119l6 3 6 0 0 4-5 5-6 3 0-5 0-5zM1255-122l3 12-8-3 0 3 3 6-5 3 0-7-3-1-2-6 6 1 0-4-6-8 9 1zM1215-131l-2 9-5-5-5-8 9 1zM1213-185l6 3 3-3 1 3-1 4 3 7-2 8-6 4-2 8 2 8 6 1 4-1 13 5-1 6 3 2-1 5-8-5-4-6-2 4-7-6-9 2-5-3 1-4 3-2-3-3-1 4-5-6-2-4 0-10 4 4 1-16 3-9zM-656-182l-2 2-8 0-6 1 0-5 1-1 8 0 5 1zM-769-179l-3 2-6-2-5-3 1-3 4 0 2 0 7 1 5 2 2 3zM-726-199l9 2 1-2 8 0 6 3 2 0 2 3 6 0-1 3 5 0 5 4-4 4-5-2-4 0-4 0-1 2-4 0-2-2-3 1-4 7-3-2 0-2-7-2-4 1-7-1-4 2-6-3 1-4 10 2 7 1 4-3-5-4 0-4-6-1 2-3zM1103-187l-8 5-8-3-1-9 5-4 11-3 6 0 2 4-4 4zM-1555-191l-2 2-2-2 0-2-2-4 1-1 1-2 0-2 0-1 1 1 4 1 2 1 1 1 3 4-4 3zM-1561-206l-3 0-2-2-1-1 1-1 3 1 3 1zM-1568-212l0 1-5 0 0-1zM-1577-213l-1 0-3 0-2-2 0-1 3-1 1 0zM-1593-220l-2 1-3-2 1 0 1-1 2 0zM-797-228l4 4 10-1 3 2 9 6 6 5 3 0 6 2-1 3 8 0 7 4-1 2-7 2-6 0-7-1-15 1 7-5-4-3-6 0-4-3-2-6-6 0-9-2-3-2-13-2-4-2 4-2-10-1-7 5-4 0-2 3-4 1-5-1 6-3 2-4 4-2 5-2 8-1 2-1 9 1 8 0zM-775-238l-3 1-2-6-4-3 2-6 3 0 4 9zM1212-228l-5 8-5-8-1-8 6-9 8-8 5 3-2 6zM-778-266l-11 2-1-4 5-1 7 1zM-770-266l-2 7-2-1 1-5-5-4 0-1zM1346-341l2 3-6 6-4-3-5 2-3 6-6-3 0-5 5-6 6 2 4-5zM346-357l-7 5 1 1 0 1-10 4-5-1-2-4 4 0 1 0 1-3 8 0zM237-357l5 3 8 0 8 0-1 2 6-1-1 3-15 1 0-2-12-2zM155-382l-3 8 1 3-2 5-8-4-5-1-14-5 2-5 11 1 11-1zM92-412l6 7-1 13-5 0-4 3-4-3 0-12-2-6 5 1zM1410-371l-4 8 2 5-5 7-13 4-18 1-14 11-7-3 0-8-18 2-11 5-12 0 10 8-7 16-6 5-5-4 2-9-6-3-4-7 10-3 5-6 10-6 7-6 20-3 11 2 10-18 7 5 15-10 5-4 7-12-2-12 4-6 11-2 5 14 0 8-9 10zM96-422l-4 8-4-2-3-7 2-3 7-4zM1439-442l7 2 7-4 2 11-14 3-9 10-16-7-5 11-11 0-2-10 5-7 11-1 3-14 3-8 11 11zM-637-465l8 1 9 0-5 4-4 0-12-4-3-3 4-3zM-618-491l-5 0-13-3-9-5 3-1 13 3 11 4zM-1235-485l-5 1-17-4-3-4-8-3-2-3-11-2-3-5 0-3 11 2 6 2 9 1 4 4 5 4 10 4zM-561-507l-7 9 7-3 6 2-3 3 9 3 4-3 10 4-3 7 7-2 1 5 4 7-5 8-4 1-7-2 2-8-2-2-12 9-6 0 7-5-10-2-10 0-20 0-1-3 6-4-4-2 8-6 10-16 7-6 8-3 5 0-2 3zM-1327-540l10-1-4 11 9 8-4 0-6-4-4-5-5-3-1-5 0-3zM1436-507l11 17-15-3-6 14 9 11 0 7-8-6-6 7-2-8 1-10-1-11 2-7 1-14-6-9 1-14 9-5-4-4 5-2 2 7 4 10-1 9zM-68-523l-18 6-14-1 8-11-5-10 14-8 7-4 9-1 10 6-5 7 2 7zM127-556l-6 8-11-6-1-4 15-3zM-1530-571l-10 4-5-3-2-5 9-3 6-2 6 1 5 3zM-30-586l-11 10 10-1 11 0-2 8-9 9 10 1 10 13 7 1 6 12 3 4 12 2-1 6-6 3 4 5-9 5-13 0-17 3-5-2-6 5-9-1-7 3-6-2 15-10 9-2-16-2-3-4 11-3-6-5 2-7 15 1 2-6-7-6-12-2-3-3 4-4-3-3-6 5 0-10-6-5 4-10 8-8 8 0zM-1656-599l-6 1-6-1-7-3 10-2 8 1zM-793-622l-4 6-4-1-3-3 1-1 4-3 4 0zM-819-627l-12 5-7 0-2-3 8-4 13 0zM-1717-638l6 2 6-1 8 3 10 1-1 1-7 2-8-2-4-2-9 1-2-1zM-852-657l2 5 5-2 6 3 11 3 12 3 0 5 8-1 7 4-9 3-15-3-6-4-10 5-14 5-4-5-13 1 8-5 2-8 3-9zM-145-665l-2 7 11 7-13 7-29 7-9 2-13-1-28-4 10-4-22-5 18-2 0-3-21-2 6-7 16-1 15 7 15-6 13 3 16-5zM-759-671l-11 0-2-5 4-5 9-2 8 3 0 4-1 2zM-1800-690l25 8 26 10-1 6 7 3-3-8 27 2 20 9-10 5-16 1-1 9-4 2-9 0-8-3-13-3-2-5-10-1-12 1-5-3 2-4-12 2 5 5-6 4-13 5-13-1 9 5 6 8 5 3 1 4-3 3-18-2-28 7-9 1-16 8-14 6-4 4-14-7-26 8-5-4-9 5-14-2-3 7-12 10 1 4 11 2-1 14-10 1-4 8 4 4-17 6-4 11-15 2-3 11-14 9-4-7-4-15-6-22 5-14 9-6 0-4 16-3 17-12 18-10 18-8 8-15-12 1-6 9-26 11-8-13-26 4-25 16 8 7-22 2-15 1 0-7-15-2-13 5-30-1-33 3-32 19-39 24 16 1 5 6 10 2 6-5 11 1 14 11 1 9-8 10-1 12-4 16-15 14-4 7-13 12-14 11-6 6-14 6-6 0-6-5-14 7-1 4-4-1-4 4-3 3 0 7-5 2-2 2-4 3-6 2-5 2 0 5-1 1 4 1 6 5 8 12 3 6 0 12-4 5-9 2-8 4-9 1-1-5 2-8-5-10 8-2-7-8-5-2-1 1-3 1-1-2-2 0-3-2 3-4 2-2-1-1 3-6-1-2-6-1-4-2-14 3-8 4-10 3 5-5-2-4 8-6-6-5-8 3-12 7-6 6-10 1-5 5 6 6 8 2 0 5 8 2 11-7 9 4 7 0 1 6-14 2-5 6-9 5-5 7 10 5 4 10 6 9 7 8 0 8-6 2 2 6 6 3-2 8-2 8-6 1-7 10-8 14-9 12-14 9-14 8-11 1-6 5-4-3-6 4-14 5-10 2-4 11-5 0-3-7 3-4-14-3-5 1-13 9-8 9-2 7 7 11 10 13 9 6 6 8 4 19-1 17-8 7-12 6-8 9-12 9-4-6 3-7-8-6-8-1-4-6-5-10-9-4-9 0 2-8-9 0-1 11-5 15-3 8 0 8 7 0 4 9 2 9 5 5 6 2 5 5 3 1 6 6 4 6 0 7-1 5 1 3 1 6 4 3 3 9 0 3-7 1-9-8-12-8-1-5-6-6-1-9-4-5 1-7-2-5-4-3-2-5-5-6-5-5-2 6-2-5 2-7 3-9-1-8 3-7-4-6 1-11-4-5-3-12-2-13-4-8-7 5-11 7-6-1-6-2 3-13-2-9-8-12 2-3-6-2-7-8-3-5-1-5-2-5-4-6-9 0 1 4-3 6-5-2-1 1-3-1-4-1-1 4-7 0-12 2 0 8-5 5-14 7-12 12-7 6-10 7 0 4-5 3-9 3-5 1-3 8 2 13 1 8-4 9 0 17-6 1-4 8 3 3-9 3-4 6-4 3-9-9-5-14-4-10-3-5-5-9-3-13-2-6-9-14-4-19-3-13 0-12-2-10-14 6-7-1-13-12 4-4-3-3-11-9-8-2-3-8-7-7-19 2-16 0-14 1-19-3-11-2-11-1-4-13-5-1-8 1-10 5-12-3-10-8-10-3-6-9-8-13-5 1-7-3-3 4-6-1 2 5-1 2 3 7 4 9 5 2 2 4 7 4 0 4-1 4 1 3 3 3 2 3 1 2-1-7 3-5 3-1 3 3 0 6-2 6 2 4 2-1 0 3 8-2 8 0 6 1 7-7 7-6 7-7 3-3 1 1-1 4-1 2 1 8 4 7 6 3 7 2 6 1 5 6 2 3 4 2 0 2-4 6-1 3-4 3-4 7-5-1-2 3-1 5 1 6-1 2-5 0-6 3-1 5-2 2-6 0-4 3 0 4-5 3-6-1-6 3-5 0-7 3-2 5 0 3-10 4-16 5-9 7-5 1-3-1-5 4-7 2-8 1-3 0-2 3-3 0-1 3-5 0-3 1-7 0-3-6 1-6-2-3-2-7-3-4 2-1-1-4 1-2 0-4-1-5-4-3 0-4-5-3-6-9-3-8-7-7-4-1-7-10-1-7 1-6-6-11-5-4-5-2-3-6 0-2-3-5-3-2-3-8-7-8-5-7-5 0 2-5 0-4 2-4-1-1-3 4-2 8-2 5-3 2-3-4-5-4-7-15-1 1 4 11 6 10 8 16 4 5 3 6 9 11-2 1 0 7 12 9 2 2 3 10-2 2 1 10 4 12 4 2 5 4 6 12 3 9 5 5 14 9 5 6 6 6 3 3 5 3 2 3 0 4-6 3 4 2 4 2 2 4 4 5 5 0 10-3 10-1 9-3 5-1 4-2 5 0 4 0 4-2 6-1 4-3 4 0 0 3-1 5 0 6-2 3-2 11-5 11-6 13-9 15-9 11-11 13-10 9-15 9-10 8-11 12-2 5-2 3-7 4-3 4-3 1-2 7-3 4-2 6-4 4-5 12 1 6 6 3 1 3-3 6 1 3-1 5 3 6 5 10 3 2 2 5-1 10 2 8 0 16 2 5-3 7-4 7-6 6-10 4-11 5-11 11-4 1-7 8-4 2-1 7 5 8 2 5 0 3 2 0-1 10-1 4 2 2-1 4-5 4-8 3-12 6-4 3 1 4 2 1-1 5-2 8-1 8-3 5-7 5-2 1-4 5-3 5-5 7-12 11-7 6-7 4-11 4-5 1-1 2-6-1-5 2-11-2-6 1-4 0-11 4-8 1-6 4-5 0-4-3-3-1-5-4 0 1-2-2 1-6-4-7 3-2 0-7-6-10-5-8-8-13-7-8-4-7-2-10-3-7-3-15 0-12-1-6-4-4-5-8-6-12-2-7-8-9-1-8-1-6 2-9 3-9 1-5 3-9 2-4 6-6 3-5 1-7 0-6-3-3-3-6-2-6 0-2 3-4-3-10-2-7-5-6 1-2-1-3-3-8-8-10-10-10-7-9-6-10 0-3 2-3 3-8 2-7-2-2 3-11 2-8-4-6-5-2-2-5-2-1 0-3-10 4-4-1-4 3-8-1-5-6-4-7-7-7-7 0-9 0-8 2-8 2-16 6-6 3-9 3-9-3-4 0-7-2-6 0-12 2-7 3-10 4-2-1-3 0-10-4-9-8-9-5-6-7-3-1-7-4-5-5-2-4-1-7-5-6-4-4-2-1-3-2-1-5-1-2-3-1-6-5-4 0-2-3 0-2-3-2-1-2-1-8 1-4-4-8-5-3 4-2 5-7 2-5-1-6 3-5 2-9-2-10-1-5 1-5-2-5-6-4 1-4 0-5 4-3 3-5 0-3 3-7 6-7 3-1 3-6 0-5 4-7 6-3 7-10 5-4 9-1 8-7 5-3 8-8-2-13 4-8 1-6 6-6 10-5 8-4 7-10 3-7 7 0 6 5 10-1 10 2 4 0 10-5 11-2 6-4 10-3 17-2 16-1 5 2 10-4 10 0 4 2 7 0 11-5 7 2 0 5 8-4 1 2-5 5 0 5 3 2-1 9-6 5 1 5 6 0 2 5 4 2 12 3 4-1 8 2 13 4 5 9 9 2 14 4 11 5 5-2 5-5-3-8 3-4 8-5 6-1 14 2 3 4 4 0 3 2 10 1 3 3 13 0 10 3 9 3 5 1 8-3 4-3 9-1 7 2 3 5 2-4 8 3 8 0 5-2 3-3-1-1 3-5 2-7 1-3 4-8 5-7-1-8 2-4-3-5 4-4-6 1-9-2-7 6-15 1-8-5-11-1-2 4-7 2-10-6-11 0-6-10-7-5 5-8-6-5 11-9 15-1 4-7 19 1 12-6 12-3 17 0 17 7 14 4 12-2 9 1 12-5 1-5-2-6-6-4-6-1-3-3-13-9-12-4-8-5 7-2 8-8-5-4 14-4 0-3-9 2-8 1-6 3-10 1-8 3 0 6 5 3 10-1-2 4-11 2-13 5-6-2 2-4-10-3 1-2 10-4-3-2-16-2 0-4-10 1-3 6-8 7 0 3-5 2-3-1-2 12-6 4-3 7 3 6 1 4 9 3-2 2-12 1-4 3-8 5-4-4 1-2-7-1-5 0-12 2 7 6-5 1-6 0-5-5-2 2 3 6 5 5-4 2 5 5 5 3 0 5-9-2 3 5-6 1 4 9-7 0-8-4-4-8-2-7-4-5-5-5 0-3-2-1 0-2-6-4-1-4 1-7 1-3-1-2-2-1-3-3-5-2-9-3-6-4-9-3-8-7 2-1-5-4 0-4-6-1-3 4-3-3 0-4 2-1-8-1-8 3 1 5-1 3 3 5 9 5 5 8 11 8 8 0 3 3-3 2 9 3 7 3 9 5 1 2-2 4-6-5-8-1-4 6 7 4-1 5-5 1-5 8-4 1 0-3 2-6 2-2-4-5-3-5-4-2-3-4-6-2-5-4-7-1-8-4-9-7-7-5-3-10-5-1-8-4-5 2-6 4-4 1-9 6-19-3-15 3-1 6 0 6-9 7-13 2-1 3-6 6-4 8 4 6-6 4-2 7-7 2-7 7-13 0-10 0-6 4-4 4-5-1-3-4-3-5-10-2-4 3-5-2-5 1 2-8-1-6-5-1-2-3 1-7 4-4 0-4 2-6 0-4-2-3 0-4 0-7-4-4 14-7 12 1 14 0 11 2 8-1 16 1 5-6 2-20-10-11-8-5-15-4-1-7 13-2 17 3-3-12 9 5 23-8 3-8 9-2 8-2 5-3 9-15 14-4 8 0 2-2 8 0 2 2 7-5-2-4-1-6-4-5 0-10 2-3 2-3 9-1 4-2 8-3-1 5-2 3 1 3 5 1-2 4-3-1-8 7 3 5 0 4 10 2 0 4 11-2 5-3 11 4 5 3 7-3 16-4 12-4 10 2 1 3 10 0 2-5 14-3-2-8 0-8 5-6 9-4 8 8 8 0 2-8 1-6-3 1-7-3-1-6 13-3 13-1 10 2 11-1 11-5-10-5-18 1-18 3-16 3-6-6-10-3 2-10-4-9 4-6 9-6 23-11 7-2-1-4-14-5-17 3-10 7 2 6-16 8-20 9-7 14 7 7 10 5-9 11-11 3-4 17-5 9-12-1-6 8-12 0-3-9-8-11-8-15-6-6-20 12-13 2-14-5-4-11-3-23 9-6 27-9 19-10 19-14 24-19 16-8 28-12 22-5 16 1 15-8 19 0 18-2 31 7-13 3 11 6 10-3 17 6 27 2 38 12 8 4 0 7-11 5-16 3-45-8-7 2 16 7 1 15 13 3 8 2 1-4-6-5 7-3 24 6 8-3-6-7 23-10 9 1 10 3 5-7-8-6 5-6-7-6 28 4 5 5-12 1 0 6 7 3 16-2 2-6 21-5 35-9 8 1-10 6 12 1 7-3 19-1 15-4 11 6 12-6-11-6 6-4 29 4 14 3 36 11 7-5-10-5-1-3-12-1 4-4-6-8 0-3 18-9 7-9 7-2 27 2 2 6-10 8 7 3 3 7-2 14 11 6-5 7-19 14 11 1 4-3 11-3 3-5 9-5-6-5 4-7-11-1-2-5 8-10-13-8 18-7-2-7 5-1 5 6-4 10 11 1-5-7 17-4 21 0 18 6-9-9-1-10 18-3 24 1 21-1-8-6 12-6 11 0 20-5 26-2 3-2 27-1 8 2 22-5 19 0 2-5 10-4 24-4 17 3-14 3 23 1 2 5 10-2 29 0 22 5 8 4-2 5-11 3-26 5-8 3 12 2 15 2 9-2 5 7 5-3 16-2 32 2 2 5 42 1 1-7 21 1 16 0 16 6 5 6-6 4 12 8 16 4 10-10 16 4 17-3 19 4 7-3 17 1-8-9 14-4 90 6 9 6 26 8 40-2 20 1 8 4-1 8 12 3 14-2 18-1 18 2 19-1 18 9 12-3-8-7 5-4 31 3 21-1 29 5zM491-413l5 7 5 1 3 2-8 1-2 8-2 4-3 2 0 5 3 7 9 2 7 5 15 2 15-3 1-2-2-7 2-11-8-3 3-7-7 0 2-9 10 3 8-4-7-6-3-5-8 2-1 8-3-7-1-2 3-4-2-4-12-3-4-9-6-3 0-3 10 1 0-7 9-2 8 1 2-9-2-7-10 1-8-2-12 4-9 2-5 6-9 2-10 10 9 9-1 7 11 12zM-956-691l-7 3-13-3-8 1-14-4 9-3 7-4 10 2 6 2 3 2zM-1800-715l0 7-11 0-2-3zM-1800-715l1-1 9 0 14 3-1 2-10 2-13 1zM-905-695l0 10 13-8 12 7-3 7 10 7 10-7 7-9 1-11 14 1 15 1 13 5 1 5-8 6 7 5-1 5-19 7-14 1-11-3-3 5-9 9-3 4-12 7-14 1-8 4-1 6-11 2-13 8-10 11-4 8-1 12 15 1 4 10 5 7 14-2 19 4 10 4 7 5 12 3 11 4 16 1 11 1-1 8 3 10 7 11 15 10 8-3 5-11-5-15-7-6 16-4 11-7 6-7-1-7-7-9-12-7 12-11-5-9-3-15 7-3 17 3 10 1 9-2 9 3 12 6 3 4 18 0 0 9 3 12 9 2 7 6 15-6 10-11 6-4 8 9 13 12 11 12-4 7 13 5 9 6 16 3 7 3 4 8 7 2 4 3 1 12-7 3-7 4-17 3-12 9-17 1-22-2-15 0-10 1-8 7-13 4-15 14-11 9 8-2 16-13 21-8 15-1 9 5-9 6 3 11 3 8 13 5 17-2 10-11 0 7 7 4-12 6-23 6-9 4-12 8-7-1-1-9 18-8-16 0-11 2 1 3-10 5-11 3-10 3-6 7-1 1 0 6 3 5 4 0-1-3 3 2-1 3-6 1-5 0-8 2-4 0-6 1-8 3 15-2 3 2-14 3-7 0 0-2-3 3 3 1-2 7-7 8-1-3-2 0-3-3 2 5 2 2 0 4-3 4-5 8-1-1 3-6-5-4-2-8-1 4 2 6-7-1 7 3 0 9 3 1 1 3 2 10-7 8-10 3-7 6-5 0-5 4-1 3-11 7-6 5-4 6-2 7 2 7 3 8 5 7 0 5 4 11 0 7 0 4-3 6-3 1-5-1-1-4-4-3-5-8-5-8-2-4 2-7-2-5-8-8-4-2-10 5-2-1-5-5-6-2-11 1-9-1-8 1-4 1 2 3 0 4 2 2-2 1-4-1-4 2-7 0-7-6-9 1-7-2-6 1-9 2-9 8-10 4-5 5-3 4 0 7 1 5 2 3-4 9-2 7-1 14-1 5 2 5 3 5 2 8 7 7 2 6 4 5 11 2 4 5 9-3 7-1 8-2 6-2 6-4 3-6 0-8 2-3 7-3 11-2 8 0 6 0 3 2 0 5-6 5-2 7 2 1-2 5-2 7-3-2-2 0 0 1 2 1 0 2-2 5 1 1-1 4 1 1-2 5-2 2-1 1-2 3 3 2 1-2 3 2 1 0 2-2 3 0 1 1 1 0 5 0 5 0 3-1 1-1 3 0 3 1 2 0 2-1 5 1 1 1 3 2 3 2 4 1 3 3-1 1-1 2 1 4-2 3-1 4-1 5 1 2 0 5-1 1-1 4 0 3-2 2 1 3 1 2 3 5 4 4 5 4 3 4 0 2 4 0 1 0 3 2 5-1 4-2 6-2 3-3 6 0-1 1 6 1 4 2 4 3 3 2 6 1 7-7 4-1 0-4 2-8 6-5 6 0 1-2 8 1 8-5 4-3 4-4 4 0 3 3-2 3-1 3-5 1 3 4 0 6-5 5 4 8 4 0 3-8-4-3 0-8 12-4-1-4 4-4 3 7 7 1 7 5 0 3 9 1 11-1 5 4 8 1 6-3 0-2 12-1 12 0-8 3 3 5 8 0 8 5 1 8 5 0 4 2 7 4 6 7 0 5 4 0 6 5 4 3 12 2 1-2 8 0 10 2 4 2 7 2 11 8 1 4 4 0 2 6 6 17 5 2 1 7-8 8 3 3 18 1 0 10 8-6 12 3 17 7 5 5-2 6 12-3 19 5 15 0 15 8 13 11 7 3 9 0 4 4 3 12 2 6-4 17-5 6-14 14-7 12-7 8-3 1-3 7 1 19-3 15-1 7-3 4-2 13-10 13-1 10-9 5-2 6-11 0-15 4-8 4-11 3-11 8-9 10-1 7 1 6-2 10-2 5-7 5-11 18-9 8-7 4-4 10-7 6-4 6-11 6-8-2-5 1-9-5-7 1-6-6-1 5 13 9-2 7 7 4-1 5-9 13-15 5-20 2-11-1 2 6-2 8 2 5-6 3-11 2-9-4-4 3 1 10 7 3 5-4 3 6-9 3-8 6-1 10-3 5-9 0-8 6-3 7 10 7 10 2-4 9-12 6-6 12-9 4-4 4 3 11 6 6-4-1-9 0-4 2-9 4-2 9-4 1-12-4-11-7-12-5-4-7 3-6-5-6-1-17 4-10 11-8-15-3 9-8 3-17 12 4 5-21-7-3-3 13-6-2 3-14 3-19 5-6-3-10-1-11 4-1 6-16 7-16 5-15-3-15 3-8-1-12 6-13 2-19 3-21 3-22-1-16-2-15-10-5-1-4-19-10-18-11-8-7-4-8 1-3-8-13-10-18-9-20-4-5-4-7-7-7-8-4 4-4-5-10 3-7 8-6 5-7-2-5-4 5-6-5 2-2-1-9 3-2 2-6 4-7-1-4 6-2 6-4-1-3 4-1-1-5 3-3 5-1 4-6 4-5-4-3 2-6-2-9 2-2-2-9-4-5-3-3-2-6 2-2-2-1-2-3-5-3-5 1-2 3-4 3-2 0-1 2 5 6-3 1-1 1-5 1-2-6-1 2-3-1-2-4-4-1-3-1-4 0 0 2-2-1-5-2-2-3 1-1 0-3-3-2-4-2-3-1-1-3-3-2 1 3-2 2-2-2-4-1-1-2 0-3 1-4-2-1 2-2-4-3-4-4-2-3-5-4-5-4 1-2 2 2 1-1-2-3-3-1-1 3-6-1-3-1-5-2-5 0-3-2-5-2-6 0-5-2-5-4-12-11-5-3-8-3-6 1-8 3-5 1-7-2-7-2-9-5-8-1-11-5-9-4-2-3-6-1-10-3-4-4-11-6-5-6-2-5 3-1-1-3 2-3 0-3-3-5-1-4-3-5-9-10-10-7-5-7-9-4-1-2 1-6-5-3-6-5-2-7-6 0-6-6-4-5-1-3-5-7-4-8 1-4-8-4-3 1-6-3-1 4 1 5 1 7 4 4 7 7 2 3 1 0 2 4 1 0 2 6 3 3 3 3 6 5 3 10 3 4 3 5 0 5 5 0 4 5 4 4 0 2-5 4-1 0-3-6-7-6-7-5-5-2 0-8-1-5-5-3-7-5-1 2-2-3-7-2-6-6 1-1 4 1 4-4 0-5-7-7-6-3-4-6-4-6-4-8-4-9-2-5-6-6-5-1-1-3-6-1-3-2-10-1-2-2-1-6-10-10-8-14 0-2-5-3-7-9-2-8-5-5 2-8 0-9-3-8 4-9 2-18-2-14-3-8-3-5 1-2 15 4 5 9 3-3-2-8-3-8-2 0-19-10-7-4-18-4-6-9 2-6-13-5-2-8-12-7 0-5-6-4-9-3-2-9-13-8-6-9-9-1-16 0-12-3-21-10-9-2-18-4-14 1-19-5-12-4-11 2 2 7-6 1-11 2-9 3-11 2-2-5 5-10 11-3-3-3-13 6-7 6-14 7 7 5-9 8-11 4-10 3-3 4-15 5-3 5-12 4-7 0-9 2-10 4-9 3-17 3-1-2 11-4 9-3 11-6 12-1 5-4 14-6 2-2 8-4 1-7 6-6-12 3-3-2-6 4-6-5-3 3-4-5-10 4-6 0-1-6 2-3-6-4-13 2-9-5-6-2-1-6-7-4 4-6 8-5 3-5 8-1 7 1 8-4 8 0 7-3-2-4-5-2 7-4-6 0-11 2-3 3-7-3-15 2-14-3-4-4-13-6 14-4 22-5 8 0-1 5 21 0-8-6-12-4-7-5-10-4-14-4 6-5 18 0 12-5 3-5 10-4 10-1 19-5 9 1 15-6 15 3 8 4 4-2 17 1-1 2 16 2 10-1 21 3 19 1 8 1 13-2 15 3 11 2 19 2 16 5 10 1 9-4 12-3 15 1 15-4 16-3 7 4 7-2 3-5 7 1 16 9 14-7 1 8 12-2 4-3 12 1 16 4 23 4 14 2 10-1 13 5-14 5 18 2 27-1 9-2 10 6 11-5-10-4 6-4 12 0 9-1 8 2 10 6 11-1 17 5 16-2 15 0-2-6 9-2 16 4 0 9 6-8 8 0 5-10-11-6-12-4 1-11 12-7 13 1 10 5 14 11-9 5zM-1142-731l-5 4 23-3 13 5 12-5 9 4 8 9 5-4-7-10 9-1 10 1 11 4 6 10 3 7 17 5 18 5-1 4-16 1 6 4-3 3-18-1-18-3-11 1-19 3-30 2-13 1-6-5-13-3-9 1-12-8 6-1 16-1 14 0 13-2-19-2-22 1-14 0-5-4 23-4-16 0-17-3 8-7 7-4 27-6zM-1045-734l-9 6-15-7 3-1 13 0zM-763-731l0 3-10-1-11 0-11 2-3-1-11-5 1-4 4-1 23 1zM-866-732l8 7 9-8 26-5 17 11-2 6 20-3 10-4 22 6 14 4 1 5 19-3 10 7 24 4 9 4 9 9-18 5 23 6 16 3 15 9 15 0-3 7-17 12-12-4-16-10-13 1-1 6 10 6 14 5 4 2 6 10-3 7-13-2-25-8 14 8 11 6 1 4-27-4-21-6-12-5 3-3-15-5-14-5 0 3-29 2-9-4 7-7 19 0 20-2-3-3 4-5 12-10-2-4-4-4-15-5-21-3 7-2-11-7-9 0-8-4-5 3-18 2-36-3-22-3-16-1-8-4 10-4-14 0-3-10 8-9 10-4 26-3zM-1004-738l12 2 18-2 3 3-10 5 16 4-2 9-17 4-9-1-7-3-25-8 0-3 21 1-11-7zM1436-732l-15 0-21-1-1-1 9-4 13-1 14 4zM-932-728l-11 8-11-1-6-8 0-5 5-5 10-2 21 0 19 2-15 9zM-1205-714l-26 5-5-4-23-6 3-3 8-8 9-7-10-6 34-1 14 2 25 0 10 3 11 4-13 3-24 7-13 7zM1507-751l-11 4-16-1-19-4 3-3 18 2zM-936-750l-6 4-14-1-12-2 5-5 14-2 9 3zM1451-756l-8 8-37 0-16 2-20-7 5-6 13-2 27 0zM-985-767l8 4 0 6-5 7-16 1-11-2 0-5-16 0-1-7 11 0 15-3 14 0zM-1082-762l4 4 9-2 10 0 2 5-6 5-34 1-25 5-15 0-2-3 21-5-45 2-14-2 14-10 9-3 28 4 18 6 17 0-14-9 9-4 10 1zM575-707l-6 1-32-2-3-4-18-3-1-5 10-2-1-6 20-8-9-2 24-8-3-5 23-5 33-7 33-1 17-4 20-1 7 4-7 3-36 5-30 4-31 10-15 10-16 9 2 9zM-947-771l11 3 20 0 9 3-3 4 12 3 6 2 14 0 14 1 16-2 20-1 17 1 10 4 3 4-7 2-14 3-13-2-29 2-20 0-17-1-26-3-4-6-1-5-10-4-21-1-11-4 4-4zM-1162-776l-1 7-8 4-9 0-19 4-16 2-14-2 17-8 21-6 15 0zM-938-775l-5 0-19-1-2-2 20 0 7 2zM-1102-777l-19 3-14-3 8-4 14-1 14 2zM247-779l-22 5-18-3 7-2-6-4 21-2 4 4zM-1097-786l-12 2-16 0 0-2 10-3 5 1zM-958-781l-15 3-8-3-5-4 0-4 13 1 5 0 12 4zM-1001-783l4 4-16-1-16-3-23-1 10-3-12-2-1-4 20 1 27 4zM1051-783l-57 4 19-13 8-1 7 0 26 6zM183-797l32 7-25 4-5 8-9 2-5 8-12 0-21-6 9-3-15-3-20-9-8-8 28-3 5 3 14 0 4-3 15-1zM254-804l20 3-15 6-29 1-29-2-2-2-14-1-11-4 31-3 14 2 10-3zM511-805l-13 1-9 1-1 1-12 2-11-2 6-4-23 0 20-2 15 0 2 3 6-3 9-1 15 2zM999-789l-21 1-28-2-17-4-8-7-13-2 26-7 21-3 20 6 23 9zM-870-797l12 4-14 3-18 7-18 1-21-1-11-5 1-3 8-3-19 0-11-3-6-5 7-4 7-3 10-1-4-2 23-1 13 6 17 2 16 2zM-685-831l27 1 21 1 18 3 0 2-24 5-25 2-9 2 22 0-23 6-17 3-17 8-20 2-7 2-30 1 14 1-7 2 8 5-9 3-16 3-5 4-14 3 2 2 17 0 0 2-27 6-26-3-29 2-15-1-19-1-1-5 18-2-5-7 7-1 26 5-13-7-17-2 8-4 18-2 3-3-14-4-4-6 27 1 8 1 16-4-23-1-35 1-18-4-8-4-12-3-2-3 15-2 12 0 19-2 15-4 12 1 11 3 8-6 13-1 18-1 30-1 6 1 29-1 21 0zM-271-835l63 8-19 4-38 0-54 1 5 2 35-1 31 3 19-3 8 4-11 5 26-3 48-4 30 2 6 4-41 7-5 3-32 1 23 1-12 7-8 6 0 12 12 6-15 1-17 3 19 5 2 9-11 0 13 9-22 1 12 4-4 3-14 2-14 0 13 7 0 4-20-4-5 3 14 2 13 6 3 8-17 2-8-4-12-5 3 6-12 6 27 0 14 1-27 8-27 8-30 4-11 0-10 4-14 10-22 7-6 1-14 2-14 2-9 7 0 7-5 6-16 8 4 8-5 8-5 10-14 1-15-9-20 0-9-5-7-10-17-12-5-7-2-9-14-9 4-7-7-4 10-12 15-3 4-4 2-8-11 3-6 2-9 1-12-3-1-7 4-5 10 0 20 2-17-6-9-3-10 1-8-3 11-9-6-4-8-7-12-10-13-4 0-4-27-6-21-1-27 1-24 0-12-3-17-6 26-3 20-1-42-2-23-4 1-4 38-5 37-5 4-4-27-3 9-4 34-7 15-1-4-5 23-2 31-2 31 0 11 3 26-5 24 3 14 1 21 3-24-5 1-4 34-6 35 0 13-3 35-1z";

  const SVG = 'http://www.w3.org/2000/svg';
  // clusters are kept apart by so many pixels; the finest scale has so many to a degree, 3 m to each
  const CELL = 56, APART = 46, FINEST = 40000;
  // the least that is shown at first, in degrees: enough to know a coast by; and what a click comes to, at least
  const FIRST = 7, CLOSE = 0.02;
  const STEP = 90;
  const COUNTRY = 0, REGION = 1, TOWN = 2;

  const limit = (value, least, most) => Math.min(Math.max(value, least), most);
  const shape = (name, attributes = {}, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // ---- points: x is a longitude that does not jump; the seam of the map is where the widest gap between them is
  const seamOf = points => {
    const used = new Uint8Array(360);
    for (const { longitude } of points) used[limit(Math.floor(longitude) + 180, 0, 359)] = 1;
    let widest = 0, seam = -180, from = used.indexOf(1);
    for (let step = 1, gap = 0; from >= 0 && step <= 360; step++) {
      const at = (from + step) % 360;
      if (!used[at]) gap++;
      else {
        if (gap > widest) { widest = gap; seam = at - 180; }
        gap = 0;
      }
    }
    // a map is as people know it unless that would tear something apart
    return widest > 180 || (used[0] && used[359]) ? seam : -180;
  };
  const placed = points => {
    const sound = points.filter(point => Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180);
    const seam = seamOf(sound);
    return sound.map(({ index, latitude, longitude, place }) =>
      ({ index, x: longitude < seam ? longitude + 360 : longitude, y: latitude, place: place ?? [] }));
  };
  const boundsOf = points => points.reduce((bounds, { x, y }) => ({
    west: Math.min(bounds.west, x), east: Math.max(bounds.east, x),
    south: Math.min(bounds.south, y), north: Math.max(bounds.north, y),
  }), { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity });

  // ---- clusters of one level: those for scales from 2 ** (level / 2) pixels to a degree up to the next level
  const clustersAt = (points, level) => {
    const scale = 2 ** (level / 2), cells = new Map();
    for (const point of points) {
      const row = Math.floor(point.y * scale / CELL);
      // degrees are narrower near the poles, so cells are wider there
      const width = narrowness(row * CELL / scale);
      const key = row * 1e8 + Math.floor(point.x * scale * width / CELL);
      const cell = cells.get(key);
      if (cell) cell.points.push(point); else cells.set(key, { key, points: [point] });
    }
    for (const cell of cells.values()) {
      cell.x = cell.points.reduce((sum, point) => sum + point.x, 0) / cell.points.length;
      cell.y = cell.points.reduce((sum, point) => sum + point.y, 0) / cell.points.length;
    }
    return merged([...cells.values()].sort((a, b) => b.points.length - a.points.length), scale);
  };
  const narrowness = latitude => Math.max(Math.cos(latitude * Math.PI / 180), 0.15);
  // a cell that would touch a larger one becomes a part of it
  const merged = (cells, scale) => {
    const near = APART / scale, squares = new Map(), kept = [];
    for (const cell of cells) {
      const wide = near / narrowness(cell.y);
      const row = Math.floor(cell.y / near), column = Math.floor(cell.x / near);
      const reach = Math.ceil(wide / near);
      let host = null;
      for (let r = row - 1; r <= row + 1 && !host; r++) for (let c = column - reach; c <= column + reach && !host; c++) {
        host = squares.get(r * 1e8 + c)?.find(other =>
          Math.hypot((other.x - cell.x) / wide, (other.y - cell.y) / near) < 1) ?? null;
      }
      if (host) {
        for (const point of cell.points) host.points.push(point);
        continue;
      }
      const key = row * 1e8 + column;
      if (squares.has(key)) squares.get(key).push(cell); else squares.set(key, [cell]);
      kept.push(cell);
    }
    return kept;
  };

  // ---- words
  // the places of a cluster that differ down to a depth, with the number of their points, most first
  const wordsOf = (cluster, depth) => {
    const counts = new Map();
    for (const { place } of cluster.points) {
      const words = place.slice(0, depth + 1).filter(Boolean);
      if (!words.length) continue;
      const key = words.join('\0');
      const known = counts.get(key);
      if (known) known.count++; else counts.set(key, { words, count: 1, town: place[TOWN] });
    }
    return [...counts.values()].sort((a, b) => b.count - a.count);
  };
  const isMost = ({ count }, cluster) => count >= cluster.points.length * 0.6;
  const isOfOnePlace = cluster => {
    const { place } = cluster.points[0];
    return Boolean(place[TOWN]) && cluster.points.every(point =>
      point.place === place || [COUNTRY, REGION, TOWN].every(depth => point.place[depth] === place[depth]));
  };
  const degrees = (value, digits, positive, negative) =>
    Math.abs(value).toFixed(digits) + '°\u00a0' + (value < 0 ? negative : positive);
  const labelOf = cluster => {
    const count = cluster.points.length;
    const photos = count.toLocaleString('en') + (count === 1 ? ' photo' : ' photos');
    const towns = wordsOf(cluster, TOWN), countries = wordsOf(cluster, COUNTRY);
    if (!countries.length) {
      return photos + ' at ' + degrees(cluster.y, 1, 'N', 'S') + ', ' + degrees(longitudeOf(cluster.x), 1, 'E', 'W');
    }
    const [{ words, town }] = towns;
    if (town && towns.length === 1) return photos + ' near ' + town + ', ' + words[0];
    if (town && isMost(towns[0], cluster)) return photos + ' around ' + town + ', ' + words[0];
    const regions = wordsOf(cluster, REGION), [region] = regions;
    if (regions.length === 1 && region.words.length > 1) return photos + ' in ' + region.words[1] + ', ' + words[0];
    const names = countries.map(country => country.words[0]);
    const more = names.length > 3 ? ' and ' + (names.length - 2) + ' more countries' : '';
    return photos + ' in ' + (more ? names.slice(0, 2).join(', ') + more : names.join(', '));
  };
  const longitudeOf = x => (x + 540) % 360 - 180;

  return (element, given, onPick) => {
    const points = placed(given);
    const all = boundsOf(points);
    const levels = new Map();
    const clusters = level => {
      if (!levels.has(level)) levels.set(level, clustersAt(points, level));
      return levels.get(level);
    };
    // the middle, in degrees, and how many pixels a degree of latitude has
    let view = null, width = 0, height = 0;

    // ---- what stands in the element
    const svg = shape('svg', {
      class: 'map-picture', tabindex: '0', role: 'group',
      'aria-label': 'Map. Arrow keys move it, plus and minus zoom, 0 shows everything.',
    });
    const land = shape('g', { class: 'map-land', 'aria-hidden': 'true' });
    for (const turn of [-3600, 0, 3600]) land.append(shape('path', { d: COASTLINES, transform: `translate(${turn} 0)` }));
    const grid = shape('g', { class: 'map-grid', 'aria-hidden': 'true' });
    const names = shape('g', { class: 'map-names', 'aria-hidden': 'true' });
    const bubbles = shape('g', { class: 'map-clusters' });
    svg.append(land, grid, names, bubbles);
    const buttons = document.createElement('div');
    buttons.className = 'map-buttons';
    const button = (sign, label, act) => {
      const made = document.createElement('button');
      made.type = 'button';
      made.textContent = sign;
      made.title = label;
      made.setAttribute('aria-label', label);
      made.addEventListener('click', act);
      buttons.append(made);
      return made;
    };
    const nearer = button('+', 'Zoom in', () => zoom(2));
    const farther = button('−', 'Zoom out', () => zoom(1 / 2));
    button('⤢', 'Show all places', () => fit(all, FIRST));
    element.classList.add('map');
    element.replaceChildren(svg, buttons);

    // ---- the view: the whole world as people know it, true shapes when near
    const coarsest = () => Math.min(width / 390, height / 185);
    const stretch = () => narrowness(view.y) ** limit((120 - height / view.scale) / 80, 0, 1);
    const toPixels = (x, y) =>
      [width / 2 + (x - view.x) * view.scale * stretch(), height / 2 - (y - view.y) * view.scale];
    const look = (x, y, scale) => {
      scale = limit(scale, coarsest(), FINEST);
      const half = Math.min(height / scale / 2, 90);
      view = { x, y: limit(y, half - 90, 90 - half), scale };
      // the world goes on to both sides, but nobody should get lost there
      view.x = limit(x, points.length ? all.west - 20 : -180, points.length ? all.east + 20 : 180);
      schedule();
    };
    const fit = (bounds, least) => {
      if (!points.length) return look(0, 15, coarsest());
      const y = (bounds.south + bounds.north) / 2;
      const tall = Math.max((bounds.north - bounds.south) * 1.25, least);
      const wide = (bounds.east - bounds.west) * 1.25;
      const narrow = narrowness(y) ** limit((120 - Math.max(tall, wide * height / width)) / 80, 0, 1);
      look((bounds.west + bounds.east) / 2, y, Math.min(height / tall, width / Math.max(wide * narrow, least)));
    };
    // what is under this pixel stays there
    const zoom = (factor, px = width / 2, py = height / 2) => {
      const scale = limit(view.scale * factor, coarsest(), FINEST);
      const [dx, dy] = [px - width / 2, py - height / 2];
      const [x, y] = [view.x + dx / view.scale / stretch(), view.y - dy / view.scale];
      const narrow = narrowness(y) ** limit((120 - height / scale) / 80, 0, 1);
      look(x - dx / scale / narrow, y + dy / scale, scale);
    };
    const pan = (dx, dy) => look(view.x - dx / view.scale / stretch(), view.y + dy / view.scale, view.scale);

    // ---- drawing, at most once for each frame
    let isScheduled = false;
    const schedule = () => {
      if (isScheduled) return;
      isScheduled = true;
      requestAnimationFrame(() => { isScheduled = false; draw(); });
    };
    const draw = () => {
      const across = width / view.scale / stretch();
      const [x, y] = toPixels(0, 0);
      land.setAttribute('transform', `translate(${x} ${y}) scale(${view.scale * stretch() / 10} ${view.scale / 10})`);
      nearer.disabled = view.scale >= FINEST;
      farther.disabled = view.scale <= coarsest();
      drawGrid(across);
      const level = Math.floor(Math.log2(view.scale) * 2);
      const seen = clusters(level).map(cluster => [cluster, ...toPixels(cluster.x, cluster.y)])
        .filter(([, px, py]) => px > -30 && py > -30 && px < width + 30 && py < height + 30);
      drawClusters(level, seen);
      const tall = height / view.scale;
      drawNames(seen, tall > 40 ? COUNTRY : TOWN);
    };
    const drawGrid = across => {
      // coastlines this coarse say little of an island; lines say at least how far things are
      const step = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005].find(step => across / step >= 3.5) ?? 0.002;
      const digits = limit(-Math.floor(Math.log10(step)), 0, 3);
      const [left, top] = [view.x - across / 2, view.y + height / view.scale / 2];
      const made = [];
      for (let n = Math.ceil(left / step); n * step <= left + across; n++) {
        const [px] = toPixels(n * step, 0);
        made.push(shape('path', { d: `M${px} 0V${height}` }));
        if (across < 40) made.push(shape('text', { x: px + 4, y: height - 6 }, degrees(longitudeOf(n * step), digits, 'E', 'W')));
      }
      for (let n = Math.floor(top / step); n * step >= top - height / view.scale; n--) {
        const [, py] = toPixels(0, n * step);
        made.push(shape('path', { d: `M0 ${py}H${width}` }));
        if (across < 40) made.push(shape('text', { x: 6, y: py - 4 }, degrees(n * step, digits, 'N', 'S')));
      }
      grid.replaceChildren(...made);
    };
    const radiusOf = count => Math.min(12 + 3 * Math.log10(count) + (count > 999 ? 2 : 0), 24);
    let drawn = new Map(), drawnLevel = null;
    const drawClusters = (level, seen) => {
      const had = drawn;
      drawn = new Map();
      for (const [cluster, px, py] of seen) {
        // what stays is kept, so that it keeps the focus
        const node = (level === drawnLevel && had.get(cluster.key)) || bubble(cluster);
        node.setAttribute('transform', `translate(${px} ${py})`);
        drawn.set(cluster.key, node);
      }
      const focused = document.activeElement;
      for (const [key, node] of had) if (drawn.get(key) !== node) {
        if (node === focused) svg.focus({ preventScroll: true });
        node.remove();
      }
      for (const node of drawn.values()) if (!node.parentNode) bubbles.append(node);
      drawnLevel = level;
    };
    const bubble = cluster => {
      const count = cluster.points.length;
      cluster.label ??= labelOf(cluster);
      const made = shape('g', { class: 'map-cluster', role: 'button', tabindex: '0', 'aria-label': cluster.label });
      const short = count < 10000 ? count.toLocaleString('en') : Math.round(count / 1000) + 'k';
      made.append(shape('title', {}, cluster.label), shape('circle', { class: 'reach', r: 20 }),
        shape('circle', { class: 'dot', r: radiusOf(count) }), shape('text', {}, short));
      made.addEventListener('click', () => { if (!isDragged) choose(cluster); });
      return made;
    };
    const choose = cluster => {
      if (view.scale >= FINEST || isOfOnePlace(cluster) || isOnOneSpot(cluster)) {
        return onPick(cluster.points.map(point => point.index));
      }
      const before = view.scale;
      fit(boundsOf(cluster.points), CLOSE);
      // it may be wide and yet not come apart
      if (view.scale < before * 1.9) look(cluster.x, cluster.y, before * 2);
    };
    const isOnOneSpot = cluster => {
      const { west, east, south, north } = boundsOf(cluster.points);
      return Math.max(east - west, north - south) < CELL / FINEST;
    };
    // each name once, below or above the largest cluster that has room for it
    const drawNames = (seen, depth) => {
      const taken = seen.map(([cluster, px, py]) => {
        const r = radiusOf(cluster.points.length);
        return [px - r, py - r, px + r, py + r];
      });
      const named = new Set(), made = [];
      for (const [cluster, px, py] of seen) {
        const name = nameOf(cluster, depth);
        if (!name || named.has(name)) continue;
        const half = name.length * 3.6 + 2, r = radiusOf(cluster.points.length);
        // a name does not go over the edge
        const x = limit(px, half, Math.max(width - half, half));
        const boxes = [py + r + 1, py - r - 16].map(top => [x - half, top, x + half, top + 15]);
        const box = boxes.find(box => !taken.some(other =>
          box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]));
        if (!box) continue;
        taken.push(box);
        named.add(name);
        made.push(shape('text', { x, y: box[1] + 12 }, name));
      }
      names.replaceChildren(...made);
    };
    // what most of its points agree on
    const nameOf = (cluster, depth) => {
      cluster.names ??= [];
      return cluster.names[depth] ??= (() => {
        const [most] = wordsOf(cluster, depth);
        if (most && isMost(most, cluster)) return most.words.at(-1);
        return depth > COUNTRY ? nameOf(cluster, depth - 1) : '';
      })();
    };

    // ---- mouse, fingers, wheel
    const pixelOf = event => {
      const box = svg.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const fingers = new Map();
    let isDragged = false, from = null;
    svg.addEventListener('pointerdown', event => {
      if (event.button) return;
      if (!fingers.size) isDragged = false;
      fingers.set(event.pointerId, pixelOf(event));
      from = pixelOf(event);
    });
    svg.addEventListener('pointermove', event => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = pixelOf(event);
      if (!isDragged && Math.hypot(now[0] - from[0], now[1] - from[1]) < 4) return;
      isDragged = true;
      svg.setPointerCapture(event.pointerId);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, now);
      if (!other) return pan(now[0] - before[0], now[1] - before[1]);
      const apart = finger => Math.max(Math.hypot(finger[0] - other[0], finger[1] - other[1]), 10);
      pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
      zoom(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    });
    for (const end of ['pointerup', 'pointercancel']) svg.addEventListener(end, event => fingers.delete(event.pointerId));
    // one finger scrolls the page up and down; two are ours
    svg.addEventListener('touchmove', event => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });
    svg.addEventListener('dblclick', event => {
      if (!event.target.closest('.map-cluster')) zoom(event.shiftKey ? 1 / 2 : 2, ...pixelOf(event));
    });
    // a page that is being scrolled goes on when the map comes under the mouse
    let scrolled = 0;
    addEventListener('wheel', event => {
      if (!element.contains(event.target) || event.timeStamp - scrolled < 300) scrolled = event.timeStamp;
    }, { capture: true, passive: true });
    svg.addEventListener('wheel', event => {
      const isAtEnd = event.deltaY > 0 ? view.scale <= coarsest() : view.scale >= FINEST;
      if (scrolled === event.timeStamp || isAtEnd) return;
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode ? 20 : 1);
      zoom(2 ** limit(-pixels / 180, -1, 1), ...pixelOf(event));
    }, { passive: false });

    // ---- keys
    const KEYS = {
      '+': () => zoom(2), '=': () => zoom(2), '-': () => zoom(1 / 2), '_': () => zoom(1 / 2),
      '0': () => fit(all, FIRST),
      ArrowLeft: () => pan(STEP, 0), ArrowRight: () => pan(-STEP, 0), ArrowUp: () => pan(0, STEP), ArrowDown: () => pan(0, -STEP),
    };
    svg.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const cluster = event.target.closest('.map-cluster');
      const act = KEYS[event.key] ?? (cluster && ['Enter', ' '].includes(event.key) && (() => {
        isDragged = false;
        cluster.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      }));
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    // who gets to a cluster by Tab should see it
    element.addEventListener('focusin', event => {
      if (!event.target.closest('.map-cluster')) return;
      const [, px, py] = /translate\(([-\d.e]+) ([-\d.e]+)\)/.exec(event.target.getAttribute('transform')) ?? [];
      if (px < 0 || py < 0 || px > width || py > height) pan(width / 2 - px, height / 2 - py);
    });

    new ResizeObserver(() => {
      const before = [width, height];
      [width, height] = [svg.clientWidth, svg.clientHeight];
      if (!width || !height) return;
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      if (!view) return fit(all, FIRST);
      look(view.x, view.y, before[0] ? view.scale * width / before[0] : view.scale);
    }).observe(svg);
  };
})();
