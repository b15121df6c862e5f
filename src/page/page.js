// The gallery. Months are drawn when they come near the screen and cleared when they are far away,
// so that 100,000 items cost no more than the few hundred that are seen. No requests but for
// thumbnails and movies beside this file.
(() => {
  'use strict';
  const VIDEO = 1, FAVORITE = 2, HIDDEN = 4, DELETED = 8, STAND_IN = 16;
  const GAP = 4, ROWS = 8, NEAR = 900;
  const data = JSON.parse(document.getElementById('data').textContent);
  const host = document.getElementById('months');
  const status = document.getElementById('status');
  const signs = document.getElementById('signs').content;
  const total = data.name.length;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const filter = { kind: 'all', album: '' };

  const monthOf = [];
  data.months.forEach(([key, count]) => { for (let n = 0; n < count; n++) monthOf.push(key); });
  const monthName = key => {
    if (!key) return 'Undated';
    const date = new Date(Date.UTC(+key.slice(0, 4), +key.slice(5, 7) - 1, 1));
    return date.toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
  };
  const dateOf = item => {
    const minute = data.minute[item];
    if (minute < 0) return 'undated';
    const two = number => String(number).padStart(2, '0');
    const time = two(Math.floor(minute % 1440 / 60)) + ':' + two(minute % 60);
    return (Math.floor(minute / 1440) + 1) + ' ' + monthName(monthOf[item]) + ', ' + time;
  };
  let titles = null;
  const albumsOf = item => {
    if (!titles) {
      titles = new Map();
      data.albums.forEach(([kind, title, items]) => items.forEach(member => {
        if (!titles.has(member)) titles.set(member, []);
        titles.get(member).push(kind.toLowerCase() + ' ' + title);
      }));
    }
    return titles.get(item) || [];
  };
  const address = path => './' + path.split('/').map(encodeURIComponent).join('/');
  const pathOf = item => {
    const folder = data.folders[data.folder[item]];
    return folder ? folder + '/' + data.name[item] : data.name[item];
  };
  const thumbnailOf = item => {
    const hash = data.thumbnail[item];
    if (hash) return './.windfall/thumbnails/' + hash.slice(0, 2) + '/' + hash + '.jpg';
    return data.flags[item] & STAND_IN ? address(pathOf(item)) : '';
  };
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const sign = name => signs.querySelector(name).cloneNode(true);

  // ---- tiles
  const tile = item => {
    const flags = data.flags[item], live = data.live[item], isVideo = flags & VIDEO;
    const link = element('a', 'tile');
    link.href = address(pathOf(item));
    link.target = '_blank';
    link.rel = 'noopener';
    link.dataset.item = item;
    const words = [data.name[item], dateOf(item)].concat(albumsOf(item));
    if (isVideo) words.push('video');
    if (live) words.push('Live Photo');
    if (flags & FAVORITE) words.push('favourite');
    const label = words.join(', ');
    const blank = () => {
      link.classList.remove('seen');
      const drawn = sign(isVideo ? '.film' : '.photo');
      drawn.removeAttribute('aria-hidden');
      drawn.setAttribute('role', 'img');
      drawn.setAttribute('aria-label', label);
      link.prepend(drawn);
    };
    const source = thumbnailOf(item);
    if (source) {
      const image = element('img');
      image.alt = label;
      image.loading = 'lazy';
      image.decoding = 'async';
      image.addEventListener('error', () => { image.remove(); blank(); }, { once: true });
      image.src = source;
      link.classList.add('seen');
      link.append(image);
    } else {
      blank();
    }
    const shown = element('span', 'name', data.name[item]);
    shown.setAttribute('aria-hidden', 'true');
    link.append(shown);
    const corner = element('span', 'signs');
    if (flags & DELETED) corner.append(element('span', 'badge', 'deleted'));
    else if (flags & HIDDEN) corner.append(element('span', 'badge', 'hidden'));
    if (flags & FAVORITE) corner.append(sign('.favorite'));
    if (live) corner.append(sign('.live'));
    if (isVideo) corner.append(sign('.video'));
    if (corner.childNodes.length) link.append(corner);
    if (isVideo) films.observe(link);
    return link;
  };

  // ---- movies: a Live Photo plays while one points at it, a video shows its first frame
  const movie = (link, path, settings) => {
    const video = element('video');
    Object.assign(video, { muted: true, playsInline: true, disableRemotePlayback: true, tabIndex: -1 }, settings);
    video.setAttribute('aria-hidden', 'true');
    video.addEventListener('loadeddata', () => {
      // a browser may know the sound of a movie and not its pictures
      if (!video.videoWidth) return video.remove();
      video.classList.add('on');
      if (!settings.loop) link.classList.add('seen');
    });
    video.addEventListener('error', () => video.remove());
    video.src = path;
    link.insertBefore(video, link.querySelector('.name'));
    return video;
  };
  const stop = link => link.querySelectorAll('video').forEach(video => {
    video.removeAttribute('src');
    video.load();
    video.remove();
  });
  const films = new IntersectionObserver(entries => entries.forEach(({ target, isIntersecting }) => {
    if (!isIntersecting) {
      stop(target);
    } else if (!target.querySelector('video')) {
      movie(target, address(pathOf(+target.dataset.item)) + '#t=0.1', { preload: 'metadata' });
    }
  }), { threshold: .2 });
  let playing = null;
  const play = link => {
    if (playing === link) return;
    if (playing) stop(playing);
    playing = null;
    const path = link && data.live[+link.dataset.item];
    if (!path || calm.matches) return;
    playing = link;
    const video = movie(link, address(path), { preload: 'auto', loop: true });
    video.play().catch(() => video.remove());
  };
  const tileAt = event => event.target instanceof Element ? event.target.closest('.tile') : null;
  host.addEventListener('pointerover', event => { if (event.pointerType !== 'touch') play(tileAt(event)); });
  host.addEventListener('pointerleave', () => play(null));
  host.addEventListener('focusin', event => play(tileAt(event)));
  host.addEventListener('focusout', () => play(null));

  // ---- blocks of rows
  const blocks = new WeakMap();
  const clear = block => {
    if (block.contains(document.activeElement)) return;
    block.querySelectorAll('.tile').forEach(link => { films.unobserve(link); stop(link); });
    block.replaceChildren();
  };
  const fill = block => { if (!block.firstChild) block.append(...blocks.get(block).map(tile)); };
  const near = new IntersectionObserver(entries => entries.forEach(({ target, isIntersecting }) => {
    if (isIntersecting) fill(target); else clear(target);
  }), { rootMargin: NEAR + 'px 0px' });

  const chosen = () => {
    const members = filter.album === '' ? null : new Set(data.albums[+filter.album][2]);
    const list = [];
    for (let item = 0; item < total; item++) {
      const flags = data.flags[item];
      if (members && !members.has(item)) continue;
      if (filter.kind === 'favorites' && !(flags & FAVORITE)) continue;
      if (filter.kind === 'videos' && !(flags & VIDEO)) continue;
      if (filter.kind === 'live' && !data.live[item]) continue;
      list.push(item);
    }
    return list;
  };
  let across = 0, width = 0, list = [];
  const measure = () => {
    width = host.clientWidth;
    const wanted = width < 560 ? 104 : 150;
    across = Math.max(3, Math.floor((width + GAP) / (wanted + GAP)));
  };
  const draw = () => {
    near.disconnect();
    films.disconnect();
    play(null);
    measure();
    host.style.setProperty('--across', across);
    const side = (width - GAP * (across - 1)) / across;
    const drawn = document.createDocumentFragment();
    const made = [];
    for (let from = 0; from < list.length;) {
      const key = monthOf[list[from]];
      let to = from;
      while (to < list.length && monthOf[list[to]] === key) to++;
      const section = element('section', 'month');
      section.id = 'm' + (key || 'undated');
      const heading = element('h3', '', monthName(key));
      heading.append(element('span', '', (to - from).toLocaleString('en')));
      section.append(heading);
      for (let start = from; start < to; start += across * ROWS) {
        const items = list.slice(start, Math.min(to, start + across * ROWS));
        const block = element('div', 'grid');
        const rows = Math.ceil(items.length / across);
        block.style.height = (rows * side + (rows - 1) * GAP) + 'px';
        blocks.set(block, items);
        made.push(block);
        section.append(block);
      }
      drawn.append(section);
      from = to;
    }
    host.replaceChildren(drawn);
    // what is seen at once does not wait until the browser says that it is near
    for (const block of made) {
      const { top, bottom } = block.getBoundingClientRect();
      if (top > innerHeight + NEAR) break;
      if (bottom > -NEAR) fill(block);
    }
    made.forEach(block => near.observe(block));
  };
  const show = () => {
    list = chosen();
    draw();
    const isAll = list.length === total;
    status.textContent = isAll ? '' : list.length.toLocaleString('en') + ' of ' + total.toLocaleString('en') + ' shown';
    document.querySelectorAll('[data-filter]').forEach(button =>
      button.setAttribute('aria-pressed', String(button.dataset.filter === filter.kind)));
    const select = document.getElementById('album');
    if (select) select.value = filter.album;
  };

  // ---- what the reader does
  document.querySelectorAll('[data-filter]').forEach(button => button.addEventListener('click', () => {
    filter.kind = button.dataset.filter;
    if (filter.kind === 'all') filter.album = '';
    show();
  }));
  document.querySelectorAll('[data-album]').forEach(button => button.addEventListener('click', () => {
    filter.kind = 'all';
    filter.album = button.dataset.album;
    show();
    document.getElementById('gallery').scrollIntoView();
    const first = document.getElementById('album');
    if (first) first.focus({ preventScroll: true });
  }));
  const select = document.getElementById('album');
  if (select) select.addEventListener('change', () => { filter.album = select.value; show(); });
  const year = document.getElementById('year');
  if (year) year.addEventListener('change', () => {
    const wanted = year.value.slice(0, 4);
    const months = Array.from(host.children);
    const target = months.find(month => month.id.slice(1, 5) === wanted);
    if (target) target.scrollIntoView();
    year.value = '';
  });
  document.querySelectorAll('.months a[href]').forEach(link => link.addEventListener('click', () => {
    if (filter.kind !== 'all' || filter.album !== '') {
      filter.kind = 'all';
      filter.album = '';
      show();
    }
  }));
  host.addEventListener('keydown', event => {
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
    if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: 'nearest' }); }
  });
  let waiting = 0;
  addEventListener('resize', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { if (host.clientWidth !== width) draw(); });
  });
  show();
  document.documentElement.dataset.ready = String(total);
})();
