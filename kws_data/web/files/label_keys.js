// Keys: every answer has one, none of them acts while somebody types, and single keys can be switched off.

const NOT_WHILE = "input:not([type=checkbox]):not([type=radio]), select, textarea";
const FINE_S = 0.01;

export function listen(page, does) {
  const words = new Map(page.labels.filter((one) => one.key).map((one) => [one.key, one.label]));
  document.addEventListener("keydown", (event) => {
    if (!page.name || event.isComposing) {
      return;
    }
    const typing = event.target.matches(NOT_WHILE);
    if (event.key === "Escape") {
      does.toClip();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z" && !typing) {
      event.preventDefault();
      if (!event.repeat) {
        page.undo();
      }
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !does.single()) {
      return;
    }
    if (act(page, does, words, event)) {
      event.preventDefault();
    }
  });
}

// Whether the key did something.
function act(page, does, words, event) {
  const onButton = event.target.closest("button, summary, a, [type=checkbox], [type=radio]") !== null;
  const key = keyOf(event);
  if (key === " " || key === "enter") {
    if (onButton) {
      return false; // the button's own
    }
    if (!event.repeat) {
      key === " " ? does.play(event.shiftKey) : page.accept(event.timeStamp);
    }
    return true;
  }
  if (key === "arrowleft" || key === "arrowright") {
    if (page.current === null || event.target.closest("[tabindex='0'], input")) {
      return false; // a box that scrolls
    }
    page.cut.nudge(event.shiftKey ? "stop" : "start", key === "arrowleft" ? -FINE_S : FINE_S);
    return true;
  }
  if (event.repeat) {
    return words.has(key) || key in does.keys;
  }
  if (words.has(key)) {
    page.answer(words.get(key), event.timeStamp);
    return true;
  }
  if (key in does.keys) {
    does.keys[key]();
    return true;
  }
  return false;
}

// Digits by their place too: on some keyboards they need Shift.
function keyOf(event) {
  const digit = /^(Digit|Numpad)(\d)$/.exec(event.code);
  return digit && !/^[a-z]$/i.test(event.key) ? digit[2] : event.key.toLowerCase();
}
