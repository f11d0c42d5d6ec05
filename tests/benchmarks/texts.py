"""The default on texts beside TF-IDF and a linear support vector machine on the same rows.

`python tests/benchmarks/texts.py ag_news_7600.csv` or `sms_spam.tsv`, which are read as they are
published: AG News without a header (class, title, description), SMS Spam (class, message), of
which each distinct message is taken once.
"""

import argparse
import sys
import time
from pathlib import Path

import pandas as pd
from machine import conditions, sentence
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.svm import LinearSVC

import fivefold as ff


def read(path: Path) -> pd.DataFrame:
    """Columns `text` and `label`."""
    if path.suffix == ".tsv":
        frame = pd.read_csv(path, sep="\t", header=None, names=["label", "text"], quoting=3)
        return frame.drop_duplicates("text", ignore_index=True)
    frame = pd.read_csv(path, header=None, names=["label", "title", "description"])
    frame["text"] = frame.title + " " + frame.description
    return frame[["label", "text"]].assign(label="class " + frame.label.astype(str))


def judged(truth: pd.Series, found: pd.Series) -> str:
    told = f"accuracy {accuracy_score(truth, found):.4f}"
    if truth.nunique() == 2:
        told += f", F1 of {sorted(set(truth))[1]} "
        told += f"{f1_score(truth, found, pos_label=sorted(set(truth))[1]):.4f}"
    return told


def main(arguments: list[str]) -> None:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("path", type=Path)
    made.add_argument("--seeds", type=int, default=1)
    asked = made.parse_args(arguments)
    print(sentence(conditions("torch", "numpy", "pandas", "scikit-learn")), flush=True)
    frame = read(asked.path)
    stages = [
        ff.Collect(frame, target="label", kinds={"text": "text"}),
        ff.Split(),
        ff.Preprocess(),
        ff.Train(),
        ff.Evaluate(),
    ]
    for seed in range(asked.seeds):
        started = time.perf_counter()
        result = ff.Pipeline(stages).run(seed=seed, progress=False)
        seconds = time.perf_counter() - started
        data = result[ff.Preprocessed]
        learnt = [*data.train.index, *data.valid.index]
        train, test = frame.iloc[sorted(learnt)], frame.iloc[data.test.index]
        found = pd.Series(result.predict(test[["text"]]))
        pipe = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
        machine = LinearSVC().fit(pipe.fit_transform(train.text), train.label)
        other = pd.Series(machine.predict(pipe.transform(test.text)))
        print(f"seed {seed}, {len(test):,} test rows, {seconds:.0f} s", flush=True)
        print(f"  default            {judged(test.label, found)}")
        print(f"  TF-IDF, LinearSVC  {judged(test.label, other)}")
        columns = ["model", *(["f1"] if "f1" in result.tables["model_comparison"] else [])]
        columns.insert(1, "accuracy")
        print(result.tables["model_comparison"][columns].to_string(index=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
