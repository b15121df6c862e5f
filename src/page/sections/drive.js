// iCloud Drive: the owner's tree. A folder draws what is in it when it is opened; a search or a kind gives one list.

const { name: names, size: sizes, modified } = data;
const total = names.length;
const favourites = new Set(data.favourites);
const pathOf = file => data.folders[data.folder[file]] + '/' + names[file];

const KINDS = {
  Pictures: 'jpg jpeg png gif heic heif tif tiff webp avif bmp svg raw dng cr2 nef arw psd ico',
  Videos: 'mov mp4 m4v avi mkv webm mpg mpeg 3gp',
  Sound: 'mp3 m4a aac wav aif aiff flac ogg caf band',
  Documents: 'pdf doc docx pages odt rtf txt md epub tex html htm',
  Tables: 'xls xlsx numbers csv tsv ods',
  Slides: 'ppt pptx key odp',
  Archives: 'zip gz tar tgz 7z rar dmg iso xz bz2',
  Code: 'js ts py rs c h cpp java swift go rb php sh json xml yml yaml toml css sql ipynb',
};
const kindByEnding = new Map(Object.entries(KINDS).flatMap(([kind, endings]) => endings.split(' ').map(ending => [ending, kind])));
const endingOf = name => /\.([^.]{1,12})$/.exec(name)?.[1].toLowerCase() ?? '';
const kindOf = file => kindByEnding.get(endingOf(names[file])) ?? 'Other files';
const kindName = file => endingOf(names[file]).toUpperCase() || 'File';

// ---- the tree: every folder with its files, its folders, and the sum of all below
const folderAt = (name, path) => ({ name, path, folders: new Map(), files: [], size: 0, count: 0 });
const root = folderAt('Drive', 'Drive');
const lines = data.folders.map(path => {
  let here = root;
  const line = [root];
  path.split('/').slice(1).forEach(name => {
    if (!here.folders.has(name)) here.folders.set(name, folderAt(name, here.path + '/' + name));
    here = here.folders.get(name);
    line.push(here);
  });
  return line;
});
for (let file = 0; file < total; file++) {
  const line = lines[data.folder[file]];
  line[line.length - 1].files.push(file);
  line.forEach(folder => {
    folder.size += sizes[file];
    folder.count += 1;
  });
}

// ---- rows
const cells = (name, kind, size, when) => {
  const second = element('span', 'kind', kind);
  // on a phone the day stands behind the kind
  if (when) second.dataset.when = when;
  return [name, second, element('span', 'size', size), element('span', 'when', when)];
};
const fileRow = (file, isFound) => {
  const row = element('li', 'file');
  const name = element('span', 'name');
  const link = fileLink(pathOf(file), names[file]);
  link.dataset.row = file;
  name.append(link);
  if (favourites.has(file)) name.append(element('span', 'badge', 'favourite'));
  if (isFound) {
    const folder = data.folders[data.folder[file]];
    const where = element('a', 'where', folder.split('/').slice(1).join(' › ') || 'iCloud Drive');
    where.href = writeAddress({ folder });
    where.dir = 'auto';
    name.append(where);
  }
  row.append(...cells(name, kindName(file), sizeOf(sizes[file]), dayOf(modified[file])));
  return row;
};
const SOME = 400;
const fill = (host, folder) => {
  const inside = [
    ...Array.from(folder.folders.values()).sort((a, b) => (plain(a.name) < plain(b.name) ? -1 : 1)).map(one => () => folderRow(one)),
    ...folder.files.slice().sort((a, b) => (plain(names[a]) < plain(names[b]) ? -1 : 1)).map(file => () => fileRow(file, false)),
  ];
  let drawn = 0;
  const more = () => {
    const piece = document.createDocumentFragment();
    for (const until = Math.min(inside.length, drawn + SOME); drawn < until; drawn++) piece.append(inside[drawn]());
    host.append(piece);
    if (drawn >= inside.length) return;
    const row = element('li');
    const button = element('button', 'all', 'Show more: ' + counted(inside.length - drawn, 'is left', 'are left'));
    button.type = 'button';
    button.addEventListener('click', () => {
      row.remove();
      more();
    });
    row.append(button);
    host.append(row);
  };
  more();
};
const drawn = new Map();
const folderRow = folder => {
  const row = element('li');
  const details = element('details', 'branch');
  const summary = element('summary');
  summary.dataset.row = folder.path;
  const name = element('span', 'name', folder.name);
  name.dir = 'auto';
  summary.append(...cells(name, counted(folder.count, 'file', 'files'), sizeOf(folder.size), ''));
  const inside = element('ul', 'tree');
  details.append(summary, inside);
  details.addEventListener('toggle', () => {
    if (details.open && !inside.childNodes.length) fill(inside, folder);
  });
  drawn.set(folder.path, () => {
    if (!inside.childNodes.length) fill(inside, folder);
    details.open = true;
    return summary;
  });
  row.append(details);
  return row;
};

const tree = element('ul', 'tree top-tree');
const flat = element('ul', 'tree found');
list.append(tree, flat);
fill(tree, root);
const drawFlat = growing(flat, file => fileRow(file, true));
const folded = folding(names, name => name);

// ---- kinds, the largest first
const kinds = new Map();
for (let file = 0; file < total; file++) {
  const sum = kinds.get(kindOf(file)) ?? [0, 0];
  kinds.set(kindOf(file), [sum[0] + 1, sum[1] + sizes[file]]);
}
const byFiles = Array.from(kinds).sort((a, b) => b[1][1] - a[1][1]);
const showKind = choice('kind', 'Kind', byFiles.map(([kind, [count, size]]) =>
  [kind, kind + ' (' + count.toLocaleString('en') + ', ' + sizeOf(size) + ')']));

let drawnFor = null;
begin(() => {
  const { search: text = '', kind = '', folder = '' } = current;
  showKind();
  const isFlat = Boolean(text || kind);
  tree.hidden = isFlat;
  flat.hidden = !isFlat;
  if (isFlat && drawnFor !== text + '\u0001' + kind) {
    const found = [];
    for (let file = 0; file < total; file++) {
      if ((!kind || kindOf(file) === kind) && (!text || finds(folded(file)))) found.push(file);
    }
    drawFlat(found);
    const size = found.reduce((sum, file) => sum + sizes[file], 0);
    said.textContent = found.length ? counted(found.length, 'file', 'files') + ' found, ' + sizeOf(size) : 'Nothing found. Fewer words find more.';
  }
  drawnFor = isFlat ? text + '\u0001' + kind : null;
  if (isFlat) return;
  said.textContent = '';
  // opens the way down to a folder
  let way = 'Drive', last = null;
  folder.split('/').slice(1).forEach(name => {
    way += '/' + name;
    last = drawn.get(way)?.() ?? last;
  });
  last?.scrollIntoView({ block: 'center' });
  last?.focus({ preventScroll: true });
});
