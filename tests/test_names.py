"""A file name stands in several folders only for parts of one idea; all that do are told here."""

from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "fivefold"

IDEAS = {
    "audit": ("commands study", "a model made elsewhere: asked for in the shell; judged"),
    "outside": ("finders report", "answers of a model made elsewhere: looked at; told of"),
    "dependence": ("evaluate report", "how answers move with a column: worked out; drawn"),
    "alarms": ("evaluate metrics", "alarms at a stated rate: of a run; of scores"),
    "anomaly": ("models tasks", "whether rows are odd: in torch; in numpy"),
    "calibration": ("metrics models", "whether probabilities mean what they say: measured; mended"),
    "conformal": (
        "evaluate metrics tasks",
        "what holds the truth as often as is stated: of a run; its limits; about answers",
    ),
    "threshold": ("evaluate tasks", "what decides answers: chosen; answered by"),
    "unlabelled": ("collect tasks", "odd rows without a target: read; judged"),
    "bundle": ("deploy serve", "the file that is served: written; read"),
    "scrape": ("collect commands", "pages of the web: the stage; the command"),
    "fetch": ("collect commands", "an interface of the web: the stage; the command"),
    "cells": ("kinds testing", "the cells of a column; their check"),
    "changes": (
        "deploy travel",
        "what stages did to rows: told, where it cannot travel; carried along",
    ),
    "choice": ("models tasks", "answers that are classes: in torch; in numpy"),
    "several": ("models tasks", "several targets of their own tasks: in torch; in numpy"),
    "count": ("models tasks", "counts: in torch; in numpy"),
    "multilabel": ("models tasks", "any number of labels a row: in torch; in numpy"),
    "ordinal": ("models tasks", "classes in order: in torch; in numpy"),
    "films": ("kinds models", "the block of clips: in numpy; in torch"),
    "clips": ("kinds models", "the block of sounds: in numpy; in torch"),
    "windows": ("kinds models", "the block of windows: in numpy; in torch"),
    "signals": ("kinds models", "the block of series: in numpy; in torch"),
    "card": ("commands report", "what is told of a model: asked for in the shell; told"),
    "datasheet": ("commands sheet", "what is told of data: asked for in the shell; told"),
    "codes": ("kinds models", "the block of categories: in numpy; in torch"),
    "exchange": (
        "collect commands label",
        "labels of other programs: of a stage; asked for in the shell; as files have them",
    ),
    "recipeschema": ("commands core", "what a recipe may hold: told in the shell; worked out"),
    "relabel": ("commands study", "labels that are likely wrong: asked for in the shell; found"),
    "compare": ("commands study", "what is told apart: two runs in the shell; models over folds"),
    "content": ("core reading", "what something holds, in one digest: a value; a source on disk"),
    "curves": ("metrics report", "curves of scores: worked out; drawn"),
    "disturbance": ("kinds testing", "what may happen to cells; its check"),
    "doors": ("deploy kinds", "the ways into a model: for test rows; for one kind's cells"),
    "folds": ("evaluate fivefold", "folds of the rows: judged; drawn"),
    "label": ("collect commands", "labels of people: the stage; the page, opened in the shell"),
    "kind": ("kinds testing", "a kind; its check"),
    "export": ("commands deploy", "a model for others: as a page; as a graph"),
    "events": ("core label", "what happens, told one after another: in a run; where people label"),
    "ensemble": ("models study", "networks that answer together: copies of one; those of a study"),
    "known": ("kinds tasks travel", "what is known by its name: kinds; tasks; changes of rows"),
    "look": ("commands study", "a look at data: asked for in the shell; taken"),
    "mix": ("models train", "networks mixed by weights: as one; trained"),
    "numbers": ("kinds models", "the block of numbers: in numpy; in torch"),
    "options": ("reading train", "what is asked for: of a source; of Train"),
    "outline": (
        "core models",
        "what is saved without pickle, before it learnt: of a step; of a module",
    ),
    "own": ("core deploy serve", "classes of one's own: loaded; put into a bundle; handed over"),
    "parquet": ("reading serve", "Parquet: read; written"),
    "part": ("models testing", "the torch half of a block; its check"),
    "pixels": ("kinds models", "the block of pictures: in numpy; in torch"),
    "quantity": ("models tasks", "answers that are numbers: in torch; in numpy"),
    "question": ("label sheet", "what is asked: of each row; of a data set"),
    "raw": ("deploy reading", "values as a source has them: the graph that takes them; they"),
    "regression": ("metrics tasks", "numbers to predict: their scores; the task"),
    "run": ("commands core", "a run: asked for in the shell; done"),
    "stage": ("core testing", "a stage; its check"),
    "lexemes": ("kinds models", "the block of words: in numpy; in torch"),
    "tagging": ("metrics tasks", "a label for each position: how good; as a task"),
    "segmentation": ("models tasks", "a class for each pixel: in torch; in numpy"),
    "symbols": ("kinds models", "the block of sequences: in numpy; in torch"),
    "tables": ("evaluate report", "the tables of a result: made; drawn"),
    "study": ("commands study", "a study: asked for in the shell; at work"),
    "target": ("collect kinds tasks", "target columns: found; encoded; as a task is asked of them"),
    "task": ("tasks testing", "a task; its check"),
    "ten": ("evaluate report", "the ten tables: gathered; named"),
    "tokens": ("kinds models", "the block of texts: in numpy; in torch"),
    "trees": ("deploy models", "boosted trees: as a graph; as a module"),
    "tune": ("commands study", "a search for settings: asked for in the shell; done"),
    "conduct": ("commands study", "how a study is conducted: options of the shell; arguments"),
    "why": ("commands core", "why a stage was run: as the shell is asked; in words"),
    "workbook": ("reading serve", "Excel: read; written"),
}
"""The folders of each name that stands in several, and what it means in each of them."""


def test_names_in_several_folders_are_parts_of_one_idea_that_is_told():
    folders = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name != "__init__.py":
            folders[path.stem].append(path.parent.name)
    found = {name: " ".join(sorted(of)) for name, of in folders.items() if len(of) > 1}
    told = {name: of for name, (of, _) in IDEAS.items()}
    assert found == told
    ideas = {name: idea for name, (_, idea) in IDEAS.items()}
    assert all(idea.count(";") + 1 == len(told[name].split()) for name, idea in ideas.items())
