"""Style and script of what is listened to: one of each in a page, whatever sections it has."""

from __future__ import annotations

#: Stands at the head of each section that needs it; twice does no harm.
STYLE = """<style>
.over{position:relative;border:1px solid var(--line);border-radius:4px;overflow:hidden;background:var(--card);
  cursor:pointer}
.over svg,.over img{display:block;width:100%}
svg.wave{height:36px;fill:var(--main)}.mel{height:72px}svg.scores{height:60px}
.over path{vector-effect:non-scaling-stroke}
svg.scores path{fill:none;stroke-width:1}svg.scores .said{stroke:var(--p0);stroke-width:2.4}
svg.scores .best{stroke:var(--p1);stroke-width:1.6}svg.scores .other{stroke:var(--line)}
svg.scores .threshold,.tl .threshold{stroke:var(--bad);stroke-dasharray:5 4}svg.scores .mark{stroke:var(--soft)}
.over .head{position:absolute;top:0;bottom:0;left:0;width:2px;background:var(--bad);visibility:hidden}
.keys{font-size:12px;color:var(--soft);margin:4px 0 6px;display:flex;flex-wrap:wrap;gap:2px 12px;line-height:1.4}
.keys span:last-child{margin-left:auto}
.key::before{content:"";display:inline-block;width:14px;border-top:2px solid var(--line);vertical-align:middle;
  margin-right:4px}
.key.said::before{border-top:3px solid var(--p0)}.key.best::before{border-color:var(--p1)}
.key.threshold::before{border-top:2px dashed var(--bad)}
.pick{display:flex;flex-wrap:wrap;gap:6px;margin:6px 0;align-items:center}
.pick span{color:var(--soft);font-size:13px;min-width:4.5em}
.pick button{font:inherit;font-size:13px;color:var(--ink);background:var(--bg);border:1px solid var(--soft);
  border-radius:14px;padding:3px 12px;cursor:pointer}
.pick button[aria-pressed=true]{background:var(--ink);color:var(--bg);border-color:var(--ink)}
.shown,.silent,.voices{color:var(--soft);font-size:13px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:16px;margin-top:12px;align-items:start}
.card{border:1px solid var(--line);border-radius:8px;padding:10px 12px;font-size:13px;min-width:0;
  break-inside:avoid}
.card[hidden]{display:none}
.card h3{font-size:14px;margin:0 0 7px}.card h3 small{font-weight:400;color:var(--soft);display:block;font-size:12px}
.card p{margin:4px 0}.card summary{padding:3px 0}
.kind{font-weight:700}.kind.wrong{color:var(--bad)}.kind.fine{color:var(--good)}
.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:1px 10px;margin:4px 0;font-size:12px}
.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.stream{margin:20px 0 6px}.stream figcaption{max-width:none}
.tl{position:relative;margin:6px 14px 20px}
.tl svg{display:block;width:100%;height:64px;background:var(--card);border:1px solid var(--line)}
.tl path{vector-effect:non-scaling-stroke;fill:none}.tl .line{stroke:var(--main);stroke-width:1.3}
.tl .ok{fill:var(--good)}.tl .no{fill:var(--bad)}.tl .hit{stroke:var(--good);stroke-width:2}
.tl .miss{stroke:var(--bad);stroke-width:2}
.marks{position:relative}
.mk{position:absolute;width:24px;height:24px;margin-left:-12px;padding:0;border-radius:12px;cursor:pointer;
  font:700 13px/1 system-ui,sans-serif;background:var(--bg);color:var(--ink);border:2px solid var(--soft)}
.mk.wrong{border-color:var(--bad);color:var(--bad)}.mk.fine{border-color:var(--good);color:var(--good)}
.mk[aria-expanded=true]{background:var(--ink);color:var(--bg)}
.mk[hidden]{display:none}
.axis{position:relative;height:16px;font-size:11px;color:var(--soft)}
.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.axis.said{color:var(--ink)}
.moment{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:4px 18px}
.moment h3{grid-column:1/-1}
@media (max-width:860px){.moment{grid-template-columns:minmax(0,1fr)}.pick button{padding:6px 12px}}
@media print{.pick,.shown{display:none}
.over{print-color-adjust:exact;-webkit-print-color-adjust:exact}.mk{display:block!important}}
</style><noscript><style>.card[hidden]{display:block}</style></noscript>"""

#: Plays, filters, and goes from marker to marker by the arrow keys. Give it to ``page(..., scripts=[SCRIPT])`` once.
SCRIPT = """(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const boxOf = (sound) => sound.closest('.card').querySelector('.over');
  const follow = (sound) => {
    const box = boxOf(sound), head = box.querySelector('.head');
    head.style.visibility = 'visible';
    head.style.left = 100 * sound.currentTime / box.dataset.seconds + '%';
    if (!sound.paused) requestAnimationFrame(() => follow(sound));
  };
  document.addEventListener('play', (event) => {
    all('audio').forEach((other) => other !== event.target && other.pause());
    if (event.target.closest('.card')) follow(event.target);
  }, true);
  const play = (sound, from) => {
    if (!sound) return;
    sound.currentTime = from;
    sound.play().catch(() => {});
  };
  all('.card .over').forEach((box) => box.addEventListener('click', (event) => {
    const at = (event.clientX - box.getBoundingClientRect().left) / box.clientWidth;
    play(box.closest('.card').querySelector('audio'), at * box.dataset.seconds);
  }));

  all('.hearing').forEach((part) => {
    const wanted = {}, items = all('[data-kind]', part), shown = part.querySelector('.shown');
    const marks = all('.mk', part);
    const there = () => marks.filter((mark) => mark.offsetParent);
    const reach = (mark) => marks.forEach((one) => { one.tabIndex = one === mark ? 0 : -1; });
    const open = (mark) => {
      marks.forEach((one) => {
        const mine = one === mark;
        one.setAttribute('aria-expanded', mine);
        document.getElementById(one.getAttribute('aria-controls')).hidden = !mine;
      });
    };
    const filter = () => {
      items.forEach((item) => {
        item.hidden = Object.entries(wanted).some(([of, is]) => is && item.dataset[of] !== is);
      });
      all('.stream', part).forEach((line) => { line.hidden = !line.querySelector('.mk:not([hidden])'); });
      const folded = part.querySelector('details.more');
      if (folded && Object.values(wanted).some(Boolean)) folded.open = true;
      const left = items.filter((item) => !item.hidden).length;
      shown.textContent = left + ' of ' + items.length + ' shown';
      open(null);
      reach(there()[0]);
    };
    all('.pick button', part).forEach((button) => button.addEventListener('click', () => {
      wanted[button.dataset.of] = button.dataset.is;
      all('button', button.parentElement).forEach((one) => one.setAttribute('aria-pressed', one === button));
      filter();
    }));
    marks.forEach((mark) => {
      mark.addEventListener('click', () => {
        reach(mark);
        open(mark);
        play(document.getElementById(mark.getAttribute('aria-controls')).querySelector('audio'), 0);
      });
      mark.addEventListener('keydown', (event) => {
        const seen = there(), at = seen.indexOf(mark), line = (one) => one.closest('.tl');
        const to = {
          ArrowRight: seen[at + 1], ArrowLeft: seen[at - 1], Home: seen[0], End: seen[seen.length - 1],
          ArrowDown: seen.slice(at).find((one) => line(one) !== line(mark)),
          ArrowUp: seen.slice(0, at).reverse().find((one) => line(one) !== line(mark)),
        };
        if (!(event.key in to)) return;
        event.preventDefault();
        if (to[event.key]) { reach(to[event.key]); to[event.key].focus(); }
      });
    });
  });
})();"""
