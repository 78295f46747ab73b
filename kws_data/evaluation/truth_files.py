"""When keywords are said in long recordings, in the forms that tools read.

::

    labels.csv             file,label,start_s,end_s       kws evaluate --stream
    a.txt                  1.000000<TAB>1.600000<TAB>yes  label track of Audacity
    a_ww_windows.json      [[1.0, 1.6]]                   MLPerf Tiny's streaming wake word, beside a.wav
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from kws_data.evaluation.stream_truth import Spoken

LABELS_FILE = "labels.csv"
TRACK_SUFFIX = ".txt"
WINDOWS_SUFFIX = (
    "_ww_windows.json"  # after the recording's name without its suffix, as MLPerf Tiny's scripts look for it
)


def labels_table(spoken: Mapping[str, Sequence[Spoken]]) -> str:
    """``labels.csv`` of recordings by their names."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["file", "label", "start_s", "end_s"])
    for file, words in spoken.items():
        writer.writerows([file, word.label, f"{word.start_s:.3f}", f"{word.end_s:.3f}"] for word in words)
    return table.getvalue()


def label_track(words: Sequence[Spoken]) -> str:
    """The label track of one recording; times as in ``labels.csv``, written as Audacity does."""
    return "".join(f"{round(w.start_s, 3):.6f}\t{round(w.end_s, 3):.6f}\t{w.label}\n" for w in words)


def wake_word_windows(words: Sequence[Spoken]) -> str:
    """Start and end in seconds of each word of one recording, as JSON: one wake word, without its name."""
    return json.dumps([[round(word.start_s, 3), round(word.end_s, 3)] for word in words]) + "\n"
