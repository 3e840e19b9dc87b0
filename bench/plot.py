"""Plot each result relative to its goal; needs matplotlib: `python plot.py RESULTS.json PLOT.svg`."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

_MET, _MISSED = "#2f6f4f", "#b3541e"


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """Write a bar per result on a logarithmic scale; 1 is the goal, higher is better."""
    mpl.rcParams["svg.hashsalt"] = "mini-ml"  # makes the file reproducible
    margins = [result["margin"] for result in results]
    places = range(len(results))
    figure, axes = plt.subplots(figsize=(9, 0.34 * len(results) + 1.2))
    axes.barh(places, [margin - 1 for margin in margins], left=1, color=[_MET if m >= 1 else _MISSED for m in margins])
    for place, result in enumerate(results):
        label = f" {result['measured']:.3g} ({result['sign']} {result['goal']:g})"
        axes.text(max(result["margin"], 1), place, label, va="center", fontsize=8)
    axes.set_yticks(list(places), [result["benchmark"] for result in results], fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(min(0.5, *margins) * 0.9, max(margins) * 2.5)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("how many times as good as the goal (1 is the goal)", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
