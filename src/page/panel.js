// The side panel of the viewer: all that is known of one item, in words. What it names leads on: albums, cameras and
// places are links to what else they have.

const panel = document.getElementById('panel');

const linkTo = (text, property, value) => {
  const link = element('a', '', text);
  link.href = writeAddress({ [property]: value });
  return link;
};
// a link to a file, which opens beside the page
const fileLink = (text, path) => {
  const link = element('a', '', text);
  link.href = address(path);
  link.target = '_blank';
  link.rel = 'noopener';
  return link;
};
const bytes = number => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (number >= 999.5 && unit < units.length - 1) { number /= 1000; unit++; }
  return (unit === 0 || number >= 99.95 ? Math.round(number) : number.toFixed(1)) + ' ' + units[unit];
};
const degrees = ([latitude, longitude]) => Math.abs(latitude).toFixed(5) + '° ' + (latitude < 0 ? 'S' : 'N') + ', '
  + Math.abs(longitude).toFixed(5) + '° ' + (longitude < 0 ? 'W' : 'E');

const whenLines = item => data.minute[item] < 0
  ? ['Nothing tells when it was taken']
  : [weekdayOf(item) + ' ' + dayOf(item) + ' ' + monthName(monthKey(item)), [clockOf(item), zoneOf(item)].filter(Boolean).join(', ')];
const placeLines = item => {
  const names = placeOf(item);
  const line = element('span');
  names.map((name, level) => isApart(name, level, names) && linkTo(name, 'place', names.slice(0, level + 1).join('/'))).filter(Boolean).reverse()
    .forEach((link, index) => line.append(...(index ? [', '] : []), link));
  const position = data.position[item];
  return [...(names.length ? [line] : []), ...(position ? [degrees(position)] : [])];
};
const fileLines = item => {
  const words = [bytes(data.size[item])];
  const [width, height] = [data.width[item], data.height[item]];
  if (width && height) words.unshift(width.toLocaleString('en') + ' × ' + height.toLocaleString('en') + ' pixels');
  if (lengthOf(item)) words.push(lengthOf(item));
  const original = data.original[item];
  return [words.join(' · '), ...(original ? ['Apple calls it ' + original] : []), element('code', '', pathOf(item))];
};
const proofLines = item => [data.flags[item] & PROVED
  ? 'Exactly what was in iCloud: Apple’s own checksum agrees'
  : data.flags[item] & HARMED
    ? 'Not as it was imported any more: what to do is under Problems'
    : 'It arrived whole; Apple gives no checksum to prove more'];
const spokenLine = ([who, said, when]) => {
  const line = element('span');
  line.append(element('b', '', who ?? 'Somebody'), said === null ? ' likes it' : ': ' + said);
  if (when) line.append(element('span', 'soft', ' · ' + when));
  return line;
};
const peopleLines = item => (data.people[item] ?? []).flatMap(([album, contributor, remarks]) => {
  const added = element('span', '', contributor ? 'Added to ' : 'In ');
  added.append(linkTo(data.albums[album][1], 'album', data.albums[album][3]), contributor ? ' by ' + contributor : '');
  return [added, ...remarks.map(spokenLine)];
});

const fillPanel = item => {
  const facts = element('dl');
  const say = (name, lines) => {
    if (!lines.length) return;
    const group = element('div');
    group.append(element('dt', '', name));
    lines.forEach(line => {
      const told = element('dd');
      told.dir = 'auto';
      told.append(line);
      group.append(told);
    });
    facts.append(group);
  };
  say('Taken', whenLines(item));
  say('Place', placeLines(item));
  say('Camera', cameraOf(item) ? [linkTo(cameraOf(item), 'camera', cameraOf(item))] : []);
  say('Albums', albumsOf(item).map(album => linkTo(data.albums[album][1], 'album', data.albums[album][3])));
  say('People', peopleLines(item));
  say('File', fileLines(item));
  if (!areCopies) say('Proof', proofLines(item));
  const name = element('h2', '', data.name[item]);
  name.dir = 'auto';
  const marks = [isFavorite(item) && 'Favourite', data.live[item] && 'Live Photo', isVideo(item) && 'Video',
    data.flags[item] & HIDDEN && 'Hidden', data.flags[item] & DELETED && 'Recently deleted'].filter(Boolean);
  const files = element('p', 'files');
  files.append(fileLink('Open the original', pathOf(item)));
  if (data.live[item]) files.append(fileLink('Open the movie', data.live[item]));
  panel.replaceChildren(name, ...(marks.length ? [element('p', 'soft', marks.join(' · '))] : []), facts, files);
};
