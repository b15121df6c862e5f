// Tiles: small pictures that open the viewer. A Live Photo moves while one points at it; no movie is asked for before.

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const canHover = matchMedia('(hover: hover)');

// ---- whether pictures are there at all: a page that was copied alone says so
let arePicturesHere = false;
const pictureCame = () => {
  if (arePicturesHere) return;
  arePicturesHere = true;
  document.getElementById('alone').hidden = true;
};
const pictureFailed = () => { if (!arePicturesHere) document.getElementById('alone').hidden = false; };

const blankOf = (item, label) => {
  const drawn = sign(isVideo(item) ? 'film' : 'picture');
  if (label) {
    drawn.removeAttribute('aria-hidden');
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', label);
  }
  return drawn;
};

// fills a box with the small picture of an item, or with a drawing where there is none
const fillPicture = (box, item, label) => {
  const blank = () => {
    box.classList.remove('seen');
    box.prepend(blankOf(item, label));
  };
  const from = thumbnailOf(item);
  if (!from) return blank();
  const image = element('img');
  image.alt = label;
  image.decoding = 'async';
  image.draggable = false;
  image.addEventListener('load', pictureCame, { once: true });
  image.addEventListener('error', () => { image.remove(); blank(); pictureFailed(); }, { once: true });
  image.src = from;
  box.classList.add('seen');
  box.append(image);
};

// `row` names the strip that a tile stands in; without one it stands among what the filters choose
const tile = (item, row) => {
  const link = element('a', 'tile');
  link.href = (row ? '#row=' + encoded(row) + '&photo=' : filterAddress() + (isFiltered(current) ? '&' : '') + 'photo=')
    + encoded(pathOf(item));
  link.dataset.item = item;
  if (row) link.dataset.row = row;
  fillPicture(link, item, labelOf(item));
  const shown = element('span', 'name', data.name[item]);
  shown.setAttribute('aria-hidden', 'true');
  link.append(shown);
  const corner = element('span', 'signs');
  corner.setAttribute('aria-hidden', 'true');
  if (data.flags[item] & DELETED) corner.append(element('span', 'badge', 'deleted'));
  else if (data.flags[item] & HIDDEN) corner.append(element('span', 'badge', 'hidden'));
  if (isFavorite(item)) corner.append(sign('favorite'));
  if (data.live[item]) corner.append(sign('live'));
  if (isVideo(item)) corner.append(lengthOf(item) ? element('span', 'badge', lengthOf(item)) : sign('video'));
  if (corner.childNodes.length) link.append(corner);
  return link;
};
const tileAt = event => event.target instanceof Element ? event.target.closest('.tile') : null;

// ---- Live Photos move under the pointer
let moving = null;
const still = () => {
  if (!moving) return;
  const film = moving.querySelector('video');
  moving = null;
  if (!film) return;
  film.removeAttribute('src');
  film.load();
  film.remove();
};
const move = link => {
  if (moving === link) return;
  still();
  const path = link && data.live[+link.dataset.item];
  if (!path || calm.matches) return;
  moving = link;
  const film = element('video');
  Object.assign(film, { muted: true, playsInline: true, loop: true, disableRemotePlayback: true, tabIndex: -1 });
  film.setAttribute('aria-hidden', 'true');
  film.addEventListener('playing', () => film.classList.toggle('on', film.videoWidth > 0));
  film.addEventListener('error', () => film.remove());
  film.src = address(path);
  link.insertBefore(film, link.querySelector('.name'));
  film.play().catch(() => film.remove());
};
const moveLivePhotosIn = host => {
  host.addEventListener('pointerover', event => { if (event.pointerType !== 'touch') move(tileAt(event)); });
  host.addEventListener('pointerleave', () => move(null));
  host.addEventListener('focusin', event => { if (tileAt(event)?.matches(':focus-visible')) move(tileAt(event)); });
  host.addEventListener('focusout', () => move(null));
};

// ---- arrow keys lead from tile to tile
const walkTiles = host => host.addEventListener('keydown', event => {
  const here = tileAt(event);
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!here || !step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const tiles = Array.from(host.querySelectorAll('.tile'));
  let next = null;
  if (step[0]) {
    next = tiles[tiles.indexOf(here) + step[0]];
  } else {
    const from = here.getBoundingClientRect();
    let best = Infinity;
    tiles.forEach(other => {
      const to = other.getBoundingClientRect();
      const down = (to.top - from.top) * step[1];
      const distance = down * 4 + Math.abs(to.left - from.left);
      if (down > 1 && distance < best) { best = distance; next = other; }
    });
  }
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
});
