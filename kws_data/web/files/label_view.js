// What the page's elements show: buttons with their keys, suggestion, what others said, progress, guideline.

export const byId = (id) => document.getElementById(id);

const OWN_KEYS = { _unknown_: "x", _silence_: "s", "(bad)": "b", "(not sure)": "q" };
const WORD_KEYS = [..."1234567890", ..."acdefijkmopvyz"]; // those that do nothing else
const WHY = {
  unlabelled: "has no label yet", "second opinion": "second opinion", "found by audit": "found by the audit", selected: "selected",
  labelled: "has a label already", review: "the guideline has changed", disagreement: "people disagree", again: "brought back",
};

export function element(tag, settings = {}, ...children) {
  const made = Object.assign(document.createElement(tag), settings);
  made.append(...children);
  return made;
}

// All labels with a button: [{label, name, key}].
export function labelsOf(setup) {
  const words = setup.words.map((word, at) => ({ label: word, name: word.replaceAll("_", " "), key: WORD_KEYS[at] ?? "" }));
  return [...words, ...setup.special.map((one) => ({ ...one, key: OWN_KEYS[one.label] ?? "", special: true }))];
}

export function showLabels(labels, answer) {
  const buttons = labels.map((one) => {
    const button = element("button", { type: "button", className: one.special ? "label special" : "label" });
    button.append(...(one.key ? [element("kbd", { textContent: one.key.toUpperCase() }), " "] : []), element("span", { textContent: one.name }));
    button.dataset.label = one.label;
    button.addEventListener("click", (event) => answer(one.label, event.timeStamp));
    return button;
  });
  byId("labels").replaceChildren(...buttons);
}

export function showKeys(labels) {
  const rows = [
    ["Space, R", "play again, the cut only where there is one"], ["Shift Space", "play the whole clip"], ["Enter", "accept the suggestion"],
    ...labels.filter((one) => one.key).map((one) => [one.key.toUpperCase(), one.name]),
    ["W", "type another word"], ["U, Ctrl Z", "take the last answer back"], ["T", "cut to the word, or not"], ["← →", "move the start of the cut"],
    ["Shift ← →", "move its end"], ["L", "louder"], ["N", "note"], ["H", "rule that was hard"], ["G", "read the guideline"], ["Esc", "back to the clip"],
  ];
  byId("keys-list").replaceChildren(...rows.map(([key, does]) => element("tr", {}, element("th", { scope: "row" }, ...kbds(key)), element("td", { textContent: does }))));
}

function kbds(keys) {
  return keys.split(", ").flatMap((one, at) => [...(at ? [", "] : []), element("kbd", { textContent: one })]);
}

export function nameOf(label, labels) {
  return labels.find((one) => one.label === label)?.name ?? label.replaceAll("_", " ");
}

export function showTask(clip, labels, number) {
  const { task } = clip;
  byId("clip-heading").textContent = `Clip ${number}`;
  byId("why").textContent = WHY[task.why] ?? task.why;
  const suggestion = byId("suggestion");
  suggestion.disabled = !task.suggestion; // it keeps its place, so that the buttons below stay where they are
  const sure = task.confidence === null ? "" : ` ${Math.round(100 * task.confidence)} %`;
  const suggested = nameOf(task.suggestion, labels);
  suggestion.replaceChildren(...(task.suggestion ? [
    element("kbd", { textContent: "Enter" }), " ", element("b", { textContent: suggested }), sure, " ",
    element("span", { className: "soft", textContent: task.suggested_by ? `suggested by ${task.suggested_by}` : "suggested" }),
  ] : ["No suggestion"]));
  for (const button of byId("labels").children) {
    button.classList.toggle("suggested", Boolean(task.suggestion) && button.dataset.label === task.suggestion);
  }
  showOthers(task.others, labels, clip.rate);
  const length = task.fault ? task.fault : `${clip.seconds.toFixed(1)} seconds`;
  byId("spoken").textContent = `Clip ${number}, ${length}.${task.suggestion ? ` Suggestion: ${suggested}${sure}.` : ""}`;
}

function showOthers(others, labels, rate) {
  const box = byId("others");
  box.hidden = !others.length;
  const items = others.map((one) => {
    const cut = one.start === null ? "" : ` · cut ${(one.start / rate).toFixed(2)} to ${(one.stop / rate).toFixed(2)} s`;
    const rule = one.rule ? ` · hard rule: ${one.rule}` : "";
    const note = one.note ? ` · “${one.note}”` : "";
    return element("li", {}, element("b", { textContent: nameOf(one.label, labels) }), ` ${one.by}${cut}${rule}${note}`);
  });
  box.replaceChildren(element("h3", { textContent: "What was said of it" }), element("ul", {}, ...items));
}

const number = (value, digits) => (value === null ? "–" : value.toFixed(digits));

export function showProgress(progress, own) {
  byId("settled").max = Math.max(1, progress.total);
  byId("settled").value = progress.settled;
  byId("disputed-count").textContent = progress.disagreements;
  const disputed = progress.disagreements ? `, ${progress.disagreements} in dispute` : "";
  byId("settled-text").textContent = `${progress.settled} of ${progress.total} clips are settled${disputed}, ${progress.open} still to be heard.`;
  const rows = Object.entries(progress.annotators).map(([name, pace]) => {
    const who = element("th", { scope: "row", textContent: name === own ? `${name} (you)` : name });
    const cells = [String(pace.count), number(pace.per_hour, 0), number(pace.median_seconds, 1)];
    return element("tr", {}, who, ...cells.map((text) => element("td", { className: "n", textContent: text })));
  });
  byId("pace").tBodies[0].replaceChildren(...rows);
  byId("pace").hidden = !rows.length;
}

export function showGuideline(guideline, playExample) {
  byId("guideline-version").textContent = `version ${guideline.version}`;
  const text = byId("guideline-text");
  text.innerHTML = guideline.html; // made by the server: without scripts, pictures and foreign HTML
  for (const button of text.querySelectorAll("button[data-clip]")) {
    button.addEventListener("click", () => playExample(button.dataset.clip));
  }
  const chosen = byId("rule").value;
  byId("rule").replaceChildren(element("option", { value: "", textContent: "none" }), ...guideline.rules.map((one) => element("option", { value: one.rule, textContent: `${one.rule} ${one.title}` })));
  byId("rule").value = guideline.rules.some((one) => one.rule === chosen) ? chosen : "";
}

export function showNotKept(lines) {
  byId("not-kept").hidden = !lines.size;
  byId("not-kept-list").replaceChildren(...[...lines.values()].map((line) => element("li", { textContent: line })));
}

export function showElsewhere(counts) {
  const each = [...counts].map(([name, count]) => (count === 1 ? `1 answer for ${name}` : `${count} answers for ${name}`));
  byId("elsewhere").hidden = !each.length;
  byId("elsewhere").textContent = `Kept in this browser, not saved yet: ${each.join(", ")}. Answers wait for their own catalogue: serve it at this address once more, and open this page.`;
}

export function showEmpty(mode, progress, waiting, notKept) {
  byId("empty-heading").textContent = mode === "adjudicator" ? "No disagreement is left" : "Nothing left for you";
  const wait = (count) => (count === 1 ? "1 clip waits" : `${count} clips wait`);
  const others = progress && progress.open ? `${wait(progress.open)} for somebody else. ` : "";
  const disputed = progress && progress.disagreements && mode === "person" ? `${wait(progress.disagreements)} for an adjudicator. ` : "";
  const saved = waiting ? "Your last answers are not saved yet: leave this page open." : notKept ? "Some of your answers were not kept: see above." : "All your answers are saved; this page can be closed.";
  byId("empty-text").textContent = `${others}${disputed}${saved} New clips appear here by themselves.`;
}
