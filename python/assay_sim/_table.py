"""Columns with names, for who has no pandas; pandas' frames for who has."""

import csv
import math
from typing import Any, Dict, Iterator, List, Sequence, Tuple

try:
    import pandas as _pandas
except ImportError:
    _pandas = None


class Table:
    """Columns of equal length. ``table["price_usd"]`` is a list; what is missing in it is ``nan``."""

    def __init__(self, columns: Dict[str, Sequence[Any]]):
        self._columns = {name: list(values) for name, values in columns.items()}

    @property
    def columns(self) -> List[str]:
        return list(self._columns)

    def __getitem__(self, name: str) -> List[Any]:
        if name not in self._columns:
            raise KeyError(f"{name}; there are: {', '.join(self._columns)}")
        return self._columns[name]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    def rows(self) -> Iterator[Tuple[Any, ...]]:
        return zip(*self._columns.values())

    def to_csv(self, path: str) -> None:
        with open(path, "w", newline="", encoding="utf-8") as f:
            out = csv.writer(f)
            out.writerow(self.columns)
            out.writerows(["" if x is None or x != x else x for x in row] for row in self.rows())

    def _cells(self, most: int = 20) -> List[List[str]]:
        def text(x: Any) -> str:
            if isinstance(x, float):
                return "" if math.isnan(x) else f"{x:.6g}"
            return "" if x is None else str(x)
        return [[text(x) for x in row] for _, row in zip(range(most), self.rows())]

    def __repr__(self) -> str:
        cells = [self.columns] + self._cells()
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = ["  ".join(x.rjust(w) for x, w in zip(row, widths)) for row in cells]
        return "\n".join(lines + ([f"… {len(self)} rows"] if len(self) > 20 else []))

    def _repr_html_(self) -> str:
        import html
        head = "".join(f"<th>{html.escape(x)}</th>" for x in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(x)}</td>" for x in row) + "</tr>" for row in self._cells())
        return f"<table><tr>{head}</tr>{body}</table>" + (f"<p>{len(self)} rows</p>" if len(self) > 20 else "")


def frame(columns: Dict[str, Sequence[Any]]) -> Any:
    """A pandas frame where pandas is installed, a Table where it is not."""
    return _pandas.DataFrame(columns) if _pandas is not None else Table(columns)
