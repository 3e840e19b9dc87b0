"""Plot the skill of each competitor on each set; needs matplotlib: `python plot.py RESULTS.json PLOT.svg`."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

_COLORS = ("#2f6f4f", "#174433", "#9db8aa", "#7a7a7a", "#e0b48c", "#b3541e", "#5a4fa0")
_MARKERS = ("o", "D", "o", "s", "^", "^", "v")
_LEFT_END = -0.05
_LEGEND_INCHES = 0.6


def draw(document: dict[str, Any], path: Path) -> None:
    """Write a line per set with a mark per competitor; further right is better."""
    mpl.rcParams["svg.hashsalt"] = "mini-ml"  # makes the file reproducible
    sets = document["sets"]
    names = sorted(sets, key=lambda name: -max(found["skill"] for found in sets[name]["results"].values()))
    height = 0.3 * len(names) + _LEGEND_INCHES + 1
    figure, axes = plt.subplots(figsize=(9, height))
    for place, (competitor, title) in enumerate(document["competitors"].items()):
        skills = [max(_LEFT_END, sets[name]["results"][competitor]["skill"]) for name in names]
        axes.scatter(
            skills,
            range(len(names)),
            label=title,
            color=_COLORS[place % len(_COLORS)],
            marker=_MARKERS[place % len(_MARKERS)],
            s=26,
            alpha=0.85,
            zorder=3 - place / 10,
        )
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="y", linewidth=0.3)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlim(_LEFT_END - 0.02, 1.02)
    axes.set_xlabel(
        "skill: R², or 1 − log loss / log loss of the shares of the classes (0 is the baseline)", fontsize=8
    )
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="upper center", ncols=4, fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - _LEGEND_INCHES / height))
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
