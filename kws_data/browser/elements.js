/* The elements of an App: what they show, and what they do. */

const OTHER = "another word"; // no word has a blank, so none is it

const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });

Object.assign(App.prototype, {
  button(name) {
    return this.find(`[data-do=${name}]`);
  },

  say(words, wrong = false) {
    const line = this.find(".k-status");
    line.textContent = words;
    line.classList.toggle("k-wrong", wrong);
  },

  lay() {
    const rows = this.keywords.map((one, place) => {
      const row = made("tr", "");
      const name = made("th", "", { scope: "row" });
      const swatch = made("i", "", { className: "k-swatch" });
      swatch.style.background = `var(--k${place % 9})`;
      one.variable = `--k${place % 9}`;
      name.append(swatch, one.name);
      [one.cell, one.limit] = [made("td", "–"), made("td", "")];
      row.append(name, one.cell, one.limit);
      return row;
    });
    this.find("tbody").replaceChildren(...rows);
    const choices = this.keywords.map((one) => made("option", one.name, { value: one.label }));
    this.find(".k-threshold select").replaceChildren(made("option", "all keywords", { value: "" }), ...choices);
    const words = [["", "choose …"], ...this.keywords.map((one) => [one.name, one.name]), [OTHER, "another word …"], [NOISE, "no word, only sound"]];
    this.find("[name=word]").replaceChildren(...words.map(([value, text]) => made("option", text, { value })));
    this.connect();
    this.showThresholds();
    const draw = () => {
      if (!this.root.isConnected) return;
      this.draw();
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
    new ResizeObserver(() => (this.changed = true)).observe(this.find(".k-scores"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (this.changed = true));
    document.addEventListener("change", () => (this.changed = true)); // of the page's appearance
  },

  connect() {
    const does = {
      listen: () => this.listen(),
      open: () => this.find("[type=file]").click(),
      clear: () => {
        this.clear();
        this.say(this.microphone ? "Cleared. Listening." : "Cleared.");
      },
      keep: () => this.ask(null),
      shipped: () => this.setThreshold(null),
    };
    for (const [name, act] of Object.entries(does)) this.button(name).addEventListener("click", act);
    this.find("[type=file]").addEventListener("change", async (event) => {
      const file = event.target.files[0];
      if (file) await this.open(await file.arrayBuffer(), file.name);
      event.target.value = "";
    });
    const slider = this.find(".k-slider input");
    const chosen = this.find(".k-threshold select");
    slider.disabled = this.button("shipped").disabled = false;
    const label = () => (chosen.value === "" ? null : Number(chosen.value));
    slider.addEventListener("input", () => this.setThreshold(Number(slider.value), label()));
    chosen.addEventListener("change", () => this.showThresholds());
    this.find(".k-place input").addEventListener("input", (event) => {
      this.view = Number(event.target.value) * this.detector.rate / 10;
      this.isFollowing = this.isLive && event.target.value === event.target.max;
      this.changed = true;
    });
    this.connectDialog();
  },

  /* ---- pictures and numbers ---- */

  draw() {
    this.levels.draw();
    if (!this.changed) return;
    this.changed = false;
    const rate = this.detector.rate;
    const end = this.isFollowing ? this.heard.end : this.view;
    const style = getComputedStyle(this.root);
    const lines = this.keywords.map((one) => ({
      ...one,
      colour: style.getPropertyValue(one.variable).trim(),
      threshold: this.share(this.detector.thresholds[one.label]),
      never: this.detector.thresholds[one.label] === NEVER,
      share: (sum) => this.share(sum),
    }));
    this.pictures.drawSpectrogram(this.heard, end);
    this.pictures.drawScores(this.decisions, this.detections, end, lines, this.detector.average);
    const place = this.find(".k-place input");
    const longest = Math.ceil((10 * this.heard.end) / rate);
    place.min = Math.min(longest, Math.floor((10 * this.heard.first) / rate) + 10 * SECONDS);
    place.max = longest;
    place.value = Math.round((10 * end) / rate);
    place.disabled = longest <= 10 * SECONDS;
    this.find(".k-place output").textContent = clock(end / rate, 1);
    const last = this.decisions.after(end) - 1;
    for (const one of this.keywords) {
      const filled = last >= this.detector.average - 1;
      one.cell.textContent = filled ? this.share(this.decisions.sums[last * this.decisions.labels + one.label]).toFixed(2) : "–";
    }
    if (this.listed !== this.detections.length) this.list();
  },

  threshold(label) {
    const sum = this.detector.thresholds[label];
    if (sum === NEVER) return "never";
    const int8 = sum / this.detector.average;
    return `${this.share(sum).toFixed(3)} (int8 ${Number.isInteger(int8) ? int8 : int8.toFixed(2)})`;
  },

  showThresholds() {
    for (const one of this.keywords) one.limit.textContent = this.threshold(one.label);
    const { thresholds, shipped, average } = this.detector;
    const chosen = this.find(".k-threshold select").value;
    const label = chosen === "" ? FIRST_KEYWORD : Number(chosen);
    const same = chosen !== "" || this.keywords.every((one) => thresholds[one.label] === thresholds[label]);
    const isShipped = this.keywords.every((one) => thresholds[one.label] === shipped[one.label]);
    const slider = this.find(".k-slider input");
    slider.value = Math.round(Math.min(127, thresholds[label] / average));
    const words = `${same ? this.threshold(label) : "one for each"}${isShipped ? ", as shipped" : ""}`;
    this.find(".k-threshold output").textContent = words;
    slider.setAttribute("aria-valuetext", words);
  },

  /* ---- detections ---- */

  tell(one) {
    const words = `${this.detector.labels[one.label]} at ${clock(one.sample / this.detector.rate, 1)}`;
    this.find(".k-told").textContent = words;
  },

  tellCount() {
    this.find(".k-told").textContent = `${this.detections.length} detections at this threshold`;
  },

  list() {
    this.listed = this.detections.length;
    const shown = this.detections.slice(-LISTED).reverse();
    this.find(".k-detections").replaceChildren(...shown.map((one) => this.entry(one)));
    const count = this.detections.length;
    const more = count > LISTED ? `, the last ${LISTED} are listed` : "";
    this.find(".k-count").textContent = count ? `${count} detected${more}` : "No detections yet.";
  },

  entry(one) {
    const word = this.detector.labels[one.label];
    const at = clock(one.sample / this.detector.rate, 2);
    const item = made("li", "");
    const text = made("span", "");
    text.append(`${at} `, made("strong", word), ` ${((one.score + 128) / 256).toFixed(2)} (int8 ${one.score})`);
    const hear = made("button", "Hear", { type: "button", ariaLabel: `Hear ${word} at ${at}` });
    const keep = made("button", "Save …", { type: "button", ariaLabel: `Save ${word} at ${at}` });
    hear.addEventListener("click", () => {
      this.view = Math.min(this.heard.end, one.sample + (SECONDS / 2) * this.detector.rate);
      this.isFollowing = false;
      this.changed = true;
      this.play(this.moment(one));
    });
    keep.addEventListener("click", () => this.ask(one));
    item.append(text, hear, keep);
    return item;
  },

  /* ---- the dialog that saves a moment ---- */

  ask(detection) {
    const samples = this.moment(detection);
    const rate = this.detector.rate;
    if (samples.length < rate / 2) {
      return this.say("There is no half second of sound to save here: it is longer ago than is kept, or nothing was heard.", true);
    }
    this.asked = { samples, device: this.device };
    const word = detection ? this.detector.labels[detection.label] : "";
    const form = this.find(".k-dialog form");
    form.elements.word.value = word; // of the last 2 s nobody knows: it is chosen
    form.elements.agreed.checked = false;
    this.find(".k-which").textContent = detection ? `(detected: ${word})` : "(the last 2 s)";
    const audio = this.find(".k-dialog audio");
    audio.src = URL.createObjectURL(new Blob([writeWav(samples, rate)], { type: "audio/wav" }));
    this.showOther();
    this.find(".k-dialog").returnValue = "";
    this.find(".k-dialog").showModal();
  },

  showOther() {
    const { word, other, consent } = this.find(".k-dialog form").elements;
    const isOther = word.value === OTHER;
    this.find(".k-other").hidden = !isOther;
    other.required = isOther;
    const refused = isOther ? whyNot(other.value) : "";
    other.setCustomValidity(refused);
    this.find(".k-refused").textContent = other.value ? refused : "";
    this.find(".k-consent span").textContent = CONSENTS[consent.value];
  },

  connectDialog() {
    const dialog = this.find(".k-dialog");
    const form = this.find(".k-dialog form");
    form.addEventListener("input", (event) => {
      // Who agreed is asked again when the terms are others, or somebody else is named.
      if (["consent", "speaker"].includes(event.target.name)) form.elements.agreed.checked = false;
      this.showOther();
    });
    dialog.addEventListener("close", () => {
      URL.revokeObjectURL(this.find(".k-dialog audio").src);
      if (dialog.returnValue !== "save") return;
      const { word, other, speaker, consent } = form.elements;
      const said = { word: word.value === OTHER ? other.value : word.value, speaker: speaker.value, consent: consent.value };
      const file = this.moments.add(this.asked.samples, { ...said, device: this.asked.device });
      this.download(this.moments.zip(), `${TOP}.zip`);
      const clips = this.moments.clips.length;
      this.say(`${file} is in ${TOP}.zip (${clips} ${clips === 1 ? "clip" : "clips"}). Unpack it, then: kws import folder ${TOP}`);
    });
  },
});
