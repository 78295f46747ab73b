"""The pages' style sheet: light and dark, wide and phone, screen and paper.

Colours are CSS variables: ``--ink --soft --line --bg --card --main --good --doubt --bad``, and ``--p0`` to ``--p8`` for
pictures, in the order of :data:`kws_data.pages.plots.PALETTE`. A page follows the system's appearance until its reader
chooses one; the choice is two radio buttons that CSS looks at, so it needs no script and leaves no trace.
"""

from __future__ import annotations

from kws_data.pages.plots import GRID, INK, PALETTE

#: name -> (light, dark). Text colours have a contrast of at least 4.5 to 1 on ``bg`` and ``card``.
COLOURS: dict[str, tuple[str, str]] = {
    "ink": (INK, "#e4e9ee"),
    "soft": ("#55616d", "#a3b0bc"),
    "line": (GRID, "#37424d"),
    "bg": ("#ffffff", "#12181f"),
    "card": ("#f6f8fa", "#1b232c"),
    "main": (PALETTE[0], "#5cb8e4"),
    "good": ("#256b2a", "#7cc983"),
    "doubt": ("#8a5300", "#f0b155"),
    "bad": ("#b3261e", "#ff8f85"),
    **{
        f"p{number}": (light, dark)
        for number, (light, dark) in enumerate(
            zip(
                PALETTE,
                (
                    "#5cb8e4",
                    "#f2a950",
                    "#86c774",
                    "#b995dc",
                    "#ff8f85",
                    "#a9b6c2",
                    "#5fd0c6",
                    "#dec766",
                    "#6f7f8e",
                ),
                strict=True,
            )
        )
    },
}


def _variables(dark: bool) -> str:
    return "".join(f"--{name}:{pair[dark]};" for name, pair in COLOURS.items())


_DARK, _LIGHT = ":root:has(#appearance-dark:checked)", ":root:has(#appearance-light:checked)"

_THEMES = (
    f":root{{color-scheme:light dark;{_variables(False)}}}\n"
    f"@media (prefers-color-scheme:dark){{:root{{{_variables(True)}}}}}\n"
    f"{_LIGHT}{{color-scheme:light;{_variables(False)}}}\n"
    f"{_DARK}{{color-scheme:dark;{_variables(True)}}}\n"
)

_SCREEN = """
*{box-sizing:border-box}
html{scroll-padding-top:14px}
body{font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--bg);margin:0;
  overflow-wrap:break-word}
.wrap{max-width:1240px;margin:0 auto;padding:22px 20px 70px}
.with-nav{display:grid;grid-template-columns:190px minmax(0,1fr);gap:0 36px}
.with-nav>header{grid-column:1/-1}
h1{font-size:26px;line-height:1.25;margin:0}
h2{font-size:20px;line-height:1.3;margin:44px 0 10px;border-bottom:1px solid var(--line);padding-bottom:5px}
h3{font-size:16px;margin:26px 0 6px}
p{max-width:78ch}a{color:var(--main)}
p.lead{color:var(--soft);margin:4px 0 10px;max-width:none}
:focus-visible{outline:3px solid var(--main);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-9999px;top:8px;background:var(--bg);padding:8px 14px;z-index:9}
.skip:focus{left:12px}
.appearance{border:0;margin:0 0 8px;padding:0;color:var(--soft);font-size:13px;display:flex;flex-wrap:wrap;gap:2px 12px}
.appearance legend{float:left;padding:0;margin-right:12px}.appearance label{display:inline-flex;gap:4px}
nav ul{list-style:none;margin:0;padding:0}nav a{display:block;padding:4px 8px;color:var(--soft);text-decoration:none;
  border-radius:4px;font-size:14px}nav a:hover,nav a:focus{color:var(--ink);background:var(--card)}
.aside{position:sticky;top:14px;align-self:start;max-height:calc(100vh - 28px);overflow-y:auto;margin-top:40px}
details.menu{display:none}summary{cursor:pointer}
.says{border-left:4px solid var(--line);background:var(--card);padding:9px 14px;margin:10px 0 16px;font-size:16px;
  max-width:none}
.says.good{border-color:var(--good)}.says.doubt{border-color:var(--doubt)}.says.bad{border-color:var(--bad)}
.says.good::before{content:"Good. ";color:var(--good);font-weight:700}
.says.doubt::before{content:"Unsure. ";color:var(--doubt);font-weight:700}
.says.bad::before{content:"Look here. ";color:var(--bad);font-weight:700}
ol.advice{padding-left:0;list-style:none;counter-reset:advice;margin:12px 0}
ol.advice li{counter-increment:advice;border:1px solid var(--line);border-left:5px solid var(--doubt);border-radius:6px;
  padding:12px 16px 12px 52px;margin:10px 0;position:relative;font-size:16px;background:var(--card)}
ol.advice li.bad{border-left-color:var(--bad)}ol.advice li.good{border-left-color:var(--good)}
ol.advice li::before{content:counter(advice);position:absolute;left:17px;top:8px;font-size:22px;font-weight:700;
  color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:14px 0}
.tile{border:1px solid var(--line);border-radius:8px;padding:11px 14px;min-width:0}
.tile b{display:block;font-size:23px;line-height:1.2}.tile span{color:var(--soft);font-size:13px}
.tile.bad{border:2px solid var(--bad)}.tile.bad b{color:var(--bad)}
.scroll{overflow-x:auto;max-width:100%;margin:12px 0}
table{border-collapse:collapse;font-size:14px}
.caption{color:var(--soft);font-size:13px;margin:14px 0 -6px}td.long{min-width:14em}
td:first-child{min-width:6.5em}
td,th{padding:5px 14px 5px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
  overflow-wrap:normal}
th{font-weight:600}thead th{color:var(--soft);vertical-align:bottom}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.few td,.few{color:var(--soft);font-style:italic}
.ok,.good-text{color:var(--good)}.no{color:var(--bad);font-weight:600}.doubt-text{color:var(--doubt)}
.cols{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:8px 32px;align-items:start}
.cols>*{min-width:0}
figure{margin:12px 0;max-width:100%}figcaption{color:var(--soft);font-size:13px;max-width:78ch}
svg{max-width:100%;height:auto}figure svg text{font-family:inherit}
svg.plot{fill:var(--ink);display:block}
.heat td.cell{text-align:right;padding:5px 9px;font-variant-numeric:tabular-nums;border:1px solid var(--bg);
  background:color-mix(in srgb,var(--heat) calc(var(--share)*40%),var(--bg))}
.heat td.right{--heat:var(--main)}.heat td.wrong{--heat:var(--bad)}
.heat thead th{padding:5px 9px;text-align:right}.heat th{white-space:nowrap}
.stack{display:flex;height:26px;background:var(--card);position:relative;border:1px solid var(--line)}
.stack i{display:block;height:100%;border-right:1px solid var(--bg)}
.stack b{position:absolute;top:-5px;bottom:-5px;width:0;border-left:3px solid var(--bad)}
.swatch{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px;border:1px solid var(--line)}
.examples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(225px,100%),1fr));gap:14px}
.example{border:1px solid var(--line);border-radius:8px;padding:9px 11px;font-size:13px;min-width:0}
.example img{width:100%;display:block;margin:6px 0}audio{width:100%;height:32px}
code{font-size:13px;overflow-wrap:anywhere;background:var(--card);padding:1px 4px;border-radius:3px}
footer{color:var(--soft);font-size:13px;margin-top:50px;border-top:1px solid var(--line);padding-top:10px}
@media (max-width:860px){
  .wrap{padding:16px 14px 50px}.with-nav{display:block}.aside{display:none}
  details.menu{display:block;border:1px solid var(--line);border-radius:8px;padding:8px 12px;margin:12px 0}
  .tiles{grid-template-columns:repeat(auto-fit,minmax(130px,1fr))}h1{font-size:22px}nav a{padding:8px}
}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
"""

_PAPER = (
    f"@media print{{:root:not(#a#b){{color-scheme:light;{_variables(False)}}}\n"
    + """@page{margin:15mm 14mm}body{font-size:10.5pt}.wrap{max-width:none;padding:0}.with-nav{display:block}
nav,.aside,details.menu,.skip,.appearance,audio,video,button,canvas,.kws-try,.screen-only{display:none!important}
details::details-content{content-visibility:visible;display:block;block-size:auto}
h2{break-after:avoid;margin-top:24px}h3,.caption{break-after:avoid}
figure,.tile,.example,.says,ol.advice li,tr,.stack{break-inside:avoid}
.scroll{overflow:visible}table{font-size:9pt}a{color:inherit}
.heat td.cell,.stack i,.swatch,.says,.says *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""
)

STYLE = _THEMES + _SCREEN + _PAPER
