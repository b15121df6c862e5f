// The viewer: one photo or movie as large as the screen, with the ones before and after it. It never asks for a movie
// before somebody wants to see it. Where the browser cannot show an original it has a preview, or else the thumbnail
// with a word why. What is open stands in the address; this draws what `start.js` finds there.

const viewer = document.getElementById('viewer');
const stage = document.getElementById('stage');
const reasonBox = document.getElementById('reason');
const button = name => viewer.querySelector('[data-do="' + name + '"]');
const behind = ['main', '.top', 'footer', '.skip'].flatMap(name => Array.from(document.querySelectorAll(name)));
const PAUSE = 4000;
// formats that some browser shows and others do not: `true` once this one has, `false` once it has not
const perhaps = { heic: null, heif: null, tif: null, tiff: null, jxl: null };

// the item that is shown, the ones around it, and what holds it
let shown = null, sequence = [], frame = null;
let opener = null;
let slides = 0;

const placeInSequence = () => sequence === list ? placeInList(shown) : sequence.indexOf(shown);

// ---- what is on the stage
const because = text => {
  reasonBox.textContent = '';
  // what stands in backticks is a command
  text.split('`').forEach((part, index) => reasonBox.append(index % 2 ? element('code', '', part) : part));
  if (text) reasonBox.append(' ', fileLink('Open the original', pathOf(shown)));
  reasonBox.hidden = !text;
};
const whyNot = item => {
  if (!arePicturesHere && !document.getElementById('alone').hidden) {
    if (areCopies) return 'This page stands alone: its photos are in the folder that it was made for.';
    return 'This page stands alone: its photos are in the library that it was made from. Open `windfall-report.html` there.';
  }
  if (isVideo(item)) return 'Your browser cannot play this movie, or it is not where it was: `' + pathOf(item) + '`.';
  if (data.flags[item] & SHOWS_ITSELF) {
    return 'This photo is not where it was, or it is damaged: `' + pathOf(item) + '`.'
      + (areCopies ? '' : ' `windfall verify LIBRARY` looks for it; `windfall report LIBRARY` then makes this page anew.');
  }
  return 'Your browser cannot show ' + (extensionOf(item).toUpperCase() || 'this format')
    + (areCopies ? '.' : '. `windfall report LIBRARY --previews` makes a picture that it can.');
};
// where the large picture may be, best first
const largeOf = item => {
  const sources = [];
  if (previewOf(item)) sources.push(previewOf(item));
  const may = Object.hasOwn(perhaps, extensionOf(item)) && perhaps[extensionOf(item)] !== false;
  if (data.flags[item] & SHOWS_ITSELF || may) sources.push(originalOf(item));
  return sources;
};
const picture = item => {
  const made = element('div', 'frame');
  const small = element('img', 'small');
  small.alt = '';
  small.draggable = false;
  const from = thumbnailOf(item);
  if (from) { small.src = from; made.append(small); }
  const sources = largeOf(item);
  const large = element('img', 'large');
  large.alt = labelOf(item);
  large.draggable = false;
  large.decoding = 'async';
  const next = () => {
    const source = sources.shift();
    if (source) { large.src = source; return; }
    large.remove();
    if (from) small.alt = labelOf(item); else made.prepend(blankOf(item, labelOf(item)));
    if (shown === item) because(whyNot(item));
  };
  const learn = isShown => {
    const extension = extensionOf(item);
    if (!Object.hasOwn(perhaps, extension) || large.getAttribute('src') !== originalOf(item)) return;
    perhaps[extension] = perhaps[extension] || isShown;
  };
  large.addEventListener('error', () => { learn(false); next(); });
  large.addEventListener('load', () => { learn(true); made.classList.add('loaded'); pictureCame(); });
  small.addEventListener('error', () => { small.remove(); pictureFailed(); });
  made.append(large);
  next();
  return made;
};
const film = item => {
  const made = element('div', 'frame');
  const video = element('video');
  Object.assign(video, { controls: true, playsInline: true, preload: 'none' });
  video.setAttribute('playsinline', '');
  video.setAttribute('aria-label', labelOf(item));
  const from = thumbnailKey(item) ? thumbnailOf(item) : '';
  if (from) video.poster = from;
  const failed = () => { if (shown === item) because(whyNot(item)); };
  video.addEventListener('error', failed);
  // a browser may know the sound of a movie and not its pictures
  video.addEventListener('loadeddata', () => { if (!video.videoWidth) failed(); });
  video.addEventListener('ended', () => { if (slides) slide(1); });
  video.src = originalOf(item);
  made.append(video);
  return made;
};
const playing = () => frame?.querySelector('video');
const stopFilm = () => {
  const video = playing();
  if (!video) return;
  video.pause();
  video.removeAttribute('src');
  video.load();
};

// ---- the movie of a Live Photo, over its still
const stopLive = () => {
  const video = frame?.querySelector('video.live');
  button('live').setAttribute('aria-pressed', 'false');
  if (!video) return;
  video.pause();
  video.removeAttribute('src');
  video.remove();
};
const playLive = muted => {
  const path = shown !== null && data.live[shown];
  if (!path || frame.querySelector('video.live')) return;
  const item = shown, video = element('video', 'live');
  Object.assign(video, { playsInline: true, muted, disableRemotePlayback: true, tabIndex: -1 });
  video.setAttribute('playsinline', '');
  video.setAttribute('aria-label', 'Movie of ' + data.name[item]);
  const failed = () => {
    if (!video.isConnected) return;
    stopLive();
    if (!muted) because('Your browser cannot play the movie of this Live Photo, or it is not where it was: `' + path + '`.');
  };
  video.addEventListener('playing', () => { if (video.videoWidth) video.classList.add('on'); else failed(); });
  video.addEventListener('error', failed);
  video.addEventListener('ended', stopLive);
  video.src = address(path);
  frame.append(video);
  button('live').setAttribute('aria-pressed', 'true');
  video.play().catch(error => { if (error.name !== 'AbortError') failed(); });
};
const toggleLive = () => { if (frame?.querySelector('video.live')) stopLive(); else playLive(false); };
const togglePlay = () => {
  if (shown !== null && data.live[shown]) return toggleLive();
  const video = playing();
  if (!video) return;
  if (video.paused) video.play().catch(() => {}); else video.pause();
};

// ---- neighbours
let ahead = [];
const loadNeighbours = () => {
  const at = placeInSequence();
  ahead = [sequence[at + 1], sequence[at - 1]].filter(item => item !== undefined && !isVideo(item)).map(item => {
    const image = new Image();
    image.src = largeOf(item)[0] || thumbnailOf(item);
    return image;
  });
};

// ---- showing one
const gestures = watchGestures(stage, () => frame, {
  next: () => step(1), previous: () => step(-1), close: () => closeViewer(),
  tap: () => playLive(false), rest: () => playLive(false), lift: () => stopLive(),
});
const showItem = item => {
  stopLive();
  stopFilm();
  shown = item;
  gestures.reset();
  because('');
  frame = isVideo(item) ? film(item) : picture(item);
  stage.replaceChildren(frame);
  const at = placeInSequence();
  const name = data.name[item] + ', ' + dateOf(item);
  viewer.setAttribute('aria-label', name);
  document.getElementById('shown-name').textContent = data.name[item];
  document.getElementById('shown-date').textContent = data.minute[item] < 0 ? 'Undated' : dateOf(item);
  document.getElementById('shown-at').textContent = (at + 1).toLocaleString('en') + ' of ' + sequence.length.toLocaleString('en');
  button('previous').disabled = at <= 0;
  button('next').disabled = at >= sequence.length - 1;
  button('live').hidden = !data.live[item];
  button('original').href = originalOf(item);
  if (!panel.hidden) fillPanel(item);
  loadNeighbours();
};
// what Live Photos do under the mouse: once for each, and only if it really moves
stage.addEventListener('pointermove', event => {
  const isOver = event.pointerType === 'mouse' && !event.buttons && canHover.matches && !calm.matches;
  if (!isOver || !frame || frame.dataset.moved || (!event.movementX && !event.movementY) || !data.live[shown]) return;
  frame.dataset.moved = 'yes';
  playLive(true);
});

// ---- opening and closing; the address goes first
const isOpen = () => shown !== null;
const openViewer = (item, items, isPanelOpen) => {
  sequence = items;
  if (!isOpen()) {
    viewer.hidden = false;
    behind.forEach(part => { part.inert = true; });
    document.documentElement.classList.add('viewing');
  }
  panel.hidden = !isPanelOpen;
  button('panel').setAttribute('aria-expanded', String(isPanelOpen));
  viewer.classList.toggle('informed', isPanelOpen);
  if (item !== shown) showItem(item); else if (isPanelOpen) fillPanel(item);
  if (!viewer.contains(document.activeElement)) viewer.focus({ preventScroll: true });
};
const hideViewer = () => {
  if (!isOpen()) return;
  const last = shown;
  stopSlides();
  stopLive();
  stopFilm();
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  shown = null;
  frame = null;
  ahead = [];
  stage.replaceChildren();
  viewer.hidden = true;
  behind.forEach(part => { part.inert = false; });
  document.documentElement.classList.remove('viewing');
  fitWidth();
  giveFocusBack(last);
};
// to the tile that opened it; but to that of the last photo where the reader has gone further than the screen
const giveFocusBack = last => {
  const from = opener?.isConnected ? opener : null;
  opener = null;
  const isSeen = one => {
    const { top, bottom } = one.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const inRow = row => Array.from(document.querySelectorAll('.tile[data-row]'))
    .find(one => one.dataset.row === row && +one.dataset.item === last) ?? from;
  const now = from?.dataset.row ? inRow(from.dataset.row) : tileOf(last);
  const target = from && isSeen(from) && (!now || isSeen(now)) ? from : now ?? from;
  if (!target) return;
  target.focus({ preventScroll: true });
  if (!isSeen(target)) target.scrollIntoView({ block: 'center' });
};
const closeViewer = () => {
  if (history.state?.opened) return history.back();
  enter('replace', { photo: '', row: '', panel: '' }, { opened: false });
  applyAddress();
};
const goTo = item => {
  if (item === undefined) return;
  enter('replace', { photo: pathOf(item) });
  applyAddress();
};
const step = by => {
  stopSlides();
  goTo(sequence[placeInSequence() + by]);
};
const togglePanel = () => {
  enter('replace', { panel: panel.hidden ? 'yes' : '' });
  applyAddress();
};

// ---- the slideshow
const stopSlides = () => {
  clearTimeout(slides);
  slides = 0;
  button('slideshow').setAttribute('aria-pressed', 'false');
  viewer.classList.remove('sliding');
};
const wait = () => {
  clearTimeout(slides);
  slides = setTimeout(() => slide(1), PAUSE);
  const video = playing();
  if (!video || video.classList.contains('live')) return;
  // a movie is seen to its end, if it plays
  video.play().then(() => clearTimeout(slides), () => {});
};
const slide = by => {
  const at = placeInSequence() + by;
  goTo(sequence[at < sequence.length ? at : 0]);
  if (slides) wait();
};
const toggleSlides = () => {
  if (slides) return stopSlides();
  button('slideshow').setAttribute('aria-pressed', 'true');
  viewer.classList.add('sliding');
  wait();
};

const toggleFull = () => {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  else viewer.requestFullscreen?.().catch(() => {});
};
if (!document.fullscreenEnabled) button('full').hidden = true;
document.addEventListener('fullscreenchange', () =>
  button('full').setAttribute('aria-pressed', String(Boolean(document.fullscreenElement))));

// ---- buttons and keys
const DEEDS = {
  next: () => step(1), previous: () => step(-1), close: closeViewer, panel: togglePanel, slideshow: toggleSlides, full: toggleFull,
  live: toggleLive, larger: () => gestures.zoom(1.5), smaller: () => gestures.zoom(1 / 1.5),
};
const KEYS = {
  ArrowRight: DEEDS.next, ArrowLeft: DEEDS.previous, Escape: closeViewer, i: togglePanel, s: toggleSlides, f: toggleFull, l: toggleLive,
  '+': DEEDS.larger, '=': DEEDS.larger, '-': DEEDS.smaller, _: DEEDS.smaller, '0': () => gestures.reset(), ' ': togglePlay,
  Home: () => goTo(sequence[0]), End: () => goTo(sequence[sequence.length - 1]),
};
viewer.addEventListener('click', event => {
  const pressed = event.target.closest('[data-do]');
  const deed = pressed && DEEDS[pressed.dataset.do];
  if (!deed) return;
  deed();
  // after a click the keys are those of the viewer again; whoever uses the keyboard stays on the button
  if (event.detail > 0 && isOpen()) viewer.focus({ preventScroll: true });
});
document.addEventListener('keydown', event => {
  if (!isOpen() || event.altKey || event.ctrlKey || event.metaKey) return;
  const deed = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const isForButton = event.key === ' ' && event.target.closest?.('button, a, video');
  if (!deed || isForButton) return;
  event.preventDefault();
  if (!event.repeat || event.key.startsWith('Arrow')) deed();
});
