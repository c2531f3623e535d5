"""A confusion matrix as lines of text, with the recall and n of each class."""

from __future__ import annotations

from collections.abc import Sequence

from lesionlab.core.diagnoses import describe


def confusion_table(classes: Sequence[str], confusion: Sequence[Sequence[int]], rate: str = "recall") -> list[str]:
    """Return a head line and a line a class; `rate` names the share on the diagonal."""
    width = max(6, *(len(code) + 1 for code in classes))
    lines = [f"  {'':<6}" + "".join(f"{code:>{width}}" for code in classes)]
    for number, (code, row) in enumerate(zip(classes, confusion, strict=True)):
        cases = sum(row)
        share = f"{row[number] / cases:.3f}" if cases else "  -  "
        counts = "".join(f"{count:>{width}}" for count in row)
        lines.append(f"  {code:<6}{counts}   {rate} {share}  n = {cases:<5} {describe(code).name}")
    return lines
