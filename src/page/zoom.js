// Fingers, mouse and wheel in the viewer: zoom, pan, swipe, double tap, and a finger that rests. It moves one box and
// tells what was meant; what then happens is for the viewer to say.

const LARGEST = 12, SWIPE = 50, TAP = 10, REST = 450, TWICE = 320;

// `box` gives the element that is zoomed; `meant` has next, previous, close, tap, rest and lift
const watchGestures = (stage, box, meant) => {
  let scale = 1, x = 0, y = 0;
  let start = null, pinch = null, lastTap = null, lastTwice = 0, resting = 0, tapping = 0;
  const fingers = new Map();

  const place = () => {
    const element = box();
    if (!element) return;
    element.style.transform = scale === 1 && !x && !y ? '' : 'translate(' + x + 'px,' + y + 'px) scale(' + scale + ')';
    stage.classList.toggle('zoomed', scale > 1);
  };
  const keepInside = () => {
    const { clientWidth: width, clientHeight: height } = stage;
    const [mostX, mostY] = [width * (scale - 1) / 2, height * (scale - 1) / 2];
    x = Math.max(-mostX, Math.min(mostX, x));
    y = Math.max(-mostY, Math.min(mostY, y));
  };
  // around a point of the screen, which stays where it is
  const zoom = (factor, clientX, clientY) => {
    const bounds = stage.getBoundingClientRect();
    const [fromX, fromY] = [(clientX ?? bounds.left + bounds.width / 2) - bounds.left - bounds.width / 2,
      (clientY ?? bounds.top + bounds.height / 2) - bounds.top - bounds.height / 2];
    const next = Math.max(1, Math.min(LARGEST, scale * factor));
    x = fromX - (fromX - x) * next / scale;
    y = fromY - (fromY - y) * next / scale;
    scale = next;
    keepInside();
    place();
  };
  const reset = () => { scale = 1; x = 0; y = 0; place(); };
  const twice = (clientX, clientY) => {
    if (performance.now() - lastTwice < TWICE) return;
    lastTwice = performance.now();
    if (scale > 1) reset(); else zoom(2.5, clientX, clientY);
  };
  const onControls = event => event.target instanceof HTMLVideoElement && event.target.controls
    && event.clientY > event.target.getBoundingClientRect().bottom - 80;
  const stopResting = () => { clearTimeout(resting); resting = 0; };

  stage.addEventListener('pointerdown', event => {
    if (event.button > 0 || onControls(event) || event.target.closest('button, a')) return;
    fingers.set(event.pointerId, event);
    stopResting();
    if (fingers.size === 1) {
      start = { clientX: event.clientX, clientY: event.clientY, x, y, moved: false };
      if (event.pointerType === 'touch') resting = setTimeout(() => { resting = -1; meant.rest(); }, REST);
    } else {
      const [one, other] = Array.from(fingers.values());
      pinch = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    }
  });
  stage.addEventListener('pointermove', event => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (fingers.size > 1 && pinch) {
      const [one, other] = Array.from(fingers.values());
      const now = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      zoom(now / pinch, (one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2);
      pinch = now;
      start = null;
      return;
    }
    if (!start) return;
    const [byX, byY] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (!start.moved && Math.hypot(byX, byY) < TAP) return;
    if (!start.moved) {
      start.moved = true;
      if (resting > 0) stopResting();
      // from here on the pointer belongs to the stage, wherever it goes
      try { stage.setPointerCapture(event.pointerId); } catch { /* it has been lifted already */ }
    }
    if (scale > 1) {
      x = start.x + byX;
      y = start.y + byY;
      keepInside();
    } else {
      x = byX;
      y = byY > 0 && byY > Math.abs(byX) ? byY : 0;
    }
    place();
  });
  const lifted = event => {
    if (!fingers.delete(event.pointerId)) return;
    const hasRested = resting === -1;
    stopResting();
    if (hasRested) meant.lift();
    if (fingers.size) return;
    pinch = null;
    if (!start) return;
    const [byX, byY] = [event.clientX - start.clientX, event.clientY - start.clientY];
    const { moved } = start;
    start = null;
    if (!moved) {
      if (event.type === 'pointerup' && event.pointerType === 'touch' && !hasRested) tapped(event);
      return;
    }
    if (scale > 1) return;
    reset();
    if (event.type === 'pointercancel') return;
    if (Math.abs(byX) > SWIPE && Math.abs(byX) > Math.abs(byY)) return byX < 0 ? meant.next() : meant.previous();
    if (byY > 2 * SWIPE) meant.close();
  };
  const tapped = event => {
    const now = performance.now();
    const isSecond = lastTap && now - lastTap.when < TWICE
      && Math.hypot(event.clientX - lastTap.x, event.clientY - lastTap.y) < 40;
    lastTap = isSecond ? null : { when: now, x: event.clientX, y: event.clientY };
    clearTimeout(tapping);
    if (isSecond) twice(event.clientX, event.clientY);
    else tapping = setTimeout(meant.tap, TWICE);
  };
  stage.addEventListener('pointerup', lifted);
  stage.addEventListener('pointercancel', lifted);
  stage.addEventListener('dblclick', event => {
    if (event.target.closest('button, a') || event.target instanceof HTMLVideoElement) return;
    twice(event.clientX, event.clientY);
  });
  stage.addEventListener('wheel', event => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? .01 : .002)), event.clientX, event.clientY);
  }, { passive: false });
  return { zoom, reset, isZoomed: () => scale > 1 };
};
