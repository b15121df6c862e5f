// Notes: folders, a list, and the note that is open. Its text comes as values and is drawn element by element.

const notes = data.notes;
const byPath = new Map(notes.map((note, index) => [note.path, index]));
const DELETED = '\u0000deleted';
const folderOf = note => note.deleted ? DELETED : note.folder;

const wordsOf = pieces => pieces.map(piece => typeof piece === 'string' ? piece : piece.text ?? piece.name).join('');
const blockWords = block => {
  const [kind, value] = Object.entries(block)[0];
  return kind === 'paragraph' ? wordsOf(value) : kind === 'code' ? value : wordsOf(value[value.length - 1]);
};
const textOf = note => (note.text ?? []).map(blockWords).join('\n');
const foldedNote = folding(notes, note => note.title + '\n' + note.folder + '\n' + (note.people ?? []).join(' ') + '\n' + textOf(note));

// ---- the text of a note
const drawPieces = (host, pieces) => pieces.forEach(piece => {
  if (typeof piece === 'string') host.append(piece);
  else if (piece.href) host.append(webLink(piece.href, piece.text));
  else if (piece.file) host.append(fileLink(piece.file, piece.name, 'attached'));
  else {
    const link = fileLink(piece.picture, undefined, 'attached-picture');
    link.append(picture(piece.picture, piece.name, () => element('span', 'attached', piece.name)));
    host.append(link);
  }
});
const drawText = (host, blocks) => {
  let items = null, kind = '';
  blocks.forEach(block => {
    const [name, value] = Object.entries(block)[0];
    if (name === 'task' || name === 'item') {
      const wantedKind = name === 'task' ? 'tasks' : value[1] === null ? 'bullets' : 'numbers';
      if (!items || kind !== wantedKind) {
        items = element('ul', wantedKind);
        kind = wantedKind;
        host.append(items);
      }
      const row = element('li', 'depth-' + Math.min(value[0], 8));
      row.dir = 'auto';
      if (name === 'task') {
        const box = element('input');
        box.type = 'checkbox';
        box.checked = value[1];
        box.disabled = true;
        const label = element('label');
        const text = element('span', value[1] ? 'done' : '');
        drawPieces(text, value[2]);
        label.append(box, text);
        row.append(label);
      } else {
        if (value[1] !== null) row.append(element('span', 'number', value[1] + '. '));
        drawPieces(row, value[2]);
      }
      items.append(row);
      return;
    }
    items = null;
    if (name === 'code') return host.append(element('pre', '', value));
    const made = name === 'heading' ? element('h' + Math.min(6, value[0] + 2)) : element('p');
    made.dir = 'auto';
    drawPieces(made, name === 'heading' ? value[1] : value);
    host.append(made);
  });
};

const drawNote = note => {
  const back = element('button', 'back', 'Close');
  back.type = 'button';
  back.addEventListener('click', closeOpened);
  const title = element('h2', '', note.title || 'Without a title');
  title.dir = 'auto';
  title.tabIndex = -1;
  const facts = [];
  if (note.created) facts.push('Created ' + momentOf(note.created));
  if (note.modified) facts.push('Changed ' + momentOf(note.modified));
  if (note.folder) facts.push('In ' + note.folder.split('/').join(' › '));
  if (note.pinned) facts.push('Pinned');
  if (note.deleted) facts.push('Recently deleted');
  if (note.people) facts.push('Shared with ' + note.people.join(', '));
  const about = element('p', 'small', facts.join(' · '));
  about.dir = 'auto';
  const text = element('div', 'text');
  if (note.text === null) text.append(element('p', 'small', 'The file with its text is not in the library any more; the next import writes it again.'));
  else drawText(text, note.text);
  const file = element('p', 'small');
  file.append(fileLink(note.path, 'Open the Markdown file'));
  opened.replaceChildren(back, title, about, text, file);
};

// ---- the list
const rows = element('ul', 'rows');
list.append(rows);
const excerpt = note => {
  const text = textOf(note).replace(/\s+/g, ' ').trim();
  const word = wanted()[0];
  const at = word ? plain(text).indexOf(word) : -1;
  return at > 60 ? '… ' + text.slice(at - 40, at + 120) : text.slice(0, 160);
};
const draw = growing(rows, index => {
  const note = notes[index];
  const row = element('li');
  const link = element('a', 'row');
  link.dataset.row = index;
  link.href = withChanges({ open: note.path });
  const title = element('b', '', note.title || 'Without a title');
  title.dir = 'auto';
  const when = element('span', 'when', shortDay(note.modified ?? note.created));
  const first = element('span', 'excerpt', excerpt(note));
  first.dir = 'auto';
  link.append(title, when, first);
  const badges = element('span', 'badges');
  if (note.pinned) badges.append(element('span', 'badge', 'pinned'));
  if (note.attachments) badges.append(element('span', 'badge', counted(note.attachments, 'attachment', 'attachments')));
  if (badges.childNodes.length) link.append(badges);
  if (current.open === note.path) link.setAttribute('aria-current', 'true');
  link.addEventListener('click', event => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go({ open: note.path });
    opened.querySelector('h2')?.focus({ preventScroll: true });
    opened.scrollTop = 0;
    if (matchMedia('(max-width: 44rem)').matches) scrollTo({ top: 0 });
  });
  row.append(link);
  return row;
});

const live = notes.filter(note => !note.deleted);
const deleted = notes.length - live.length;
const tree = treeOf(live.map(note => note.folder));
drawFolders([
  ['', 'All notes', live.length, 0], ...tree.map(([path, name, count, depth]) => [path || '\u0000', name || 'Notes', count, depth]),
  ...(deleted ? [[DELETED, 'Recently Deleted', deleted, 0]] : []),
], 'folder', 'Notes');

let drawnFor = null;
begin(() => {
  const { folder = '', search: text = '', open } = current;
  const isDrawn = drawnFor === folder + '\u0001' + text;
  if (!isDrawn) {
    drawnFor = folder + '\u0001' + text;
    const isIn = note => folder === DELETED ? note.deleted
      : !note.deleted && (folder === '\u0000' ? note.folder === '' : isWithin(folder, note.folder));
    const found = [];
    notes.forEach((note, index) => {
      // a search in all notes finds deleted ones too, which stand last
      if ((isIn(note) || text && !folder) && finds(text ? foldedNote(index) : '')) found.push(index);
    });
    draw(found);
    sayFound(found.length, notes.length, 'note', 'notes');
    markFolder(folder);
  }
  rows.querySelectorAll('[data-row]').forEach(link => {
    if (notes[link.dataset.row].path === open) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
  });
  const note = notes[byPath.get(open)];
  opened.hidden = !note;
  document.body.classList.toggle('opened', Boolean(note));
  if (note) drawNote(note);
  else if (open) said.textContent = 'The note that this link leads to is not on this page: ' + open;
});
